import { boundingBox } from './bounding-box.js';
import { connectedComponents } from './connected-components.js';
import { squaredDistance } from './distance-transform.js';
import type { PictureSize } from './resample.js';

/**
 * Binary morphology with a disc: all pixels whose centres are at most `radius` away. Masks hold 0 outside and 1 inside; what
 * lies beyond the picture's border neither grows in nor eats away. The cost does not grow with the radius.
 */

/** Grows the mask by `radius` pixels. */
export function dilate(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  const distance = squaredDistance(invert(mask), size);
  return select(distance, (squared) => squared <= radius * radius);
}

/** Shrinks the mask by `radius` pixels. */
export function erode(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  const distance = squaredDistance(mask, size);
  return select(distance, (squared) => squared > radius * radius);
}

/** Shrinks, then grows: removes what the disc does not fit into. */
export function open(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  return dilate(erode(mask, size, radius), size, radius);
}

/**
 * Grows, then shrinks: fills gaps and bays that the disc does not fit into. It grows beyond the picture's border, where it
 * shrinks again: else a mask near the border would stick to it.
 */
export function close(
  mask: Uint8Array,
  { columns, rows }: PictureSize,
  radius: number,
): Uint8Array {
  const box = boundingBox(mask, { columns, rows });
  if (!box) return mask.slice();
  // Only around the mask, with room to grow.
  const margin = Math.ceil(radius) + 1;
  const size = { columns: box.columns + 2 * margin, rows: box.rows + 2 * margin };
  const part = new Uint8Array(size.columns * size.rows);
  for (let row = 0; row < box.rows; row++) {
    const from = (box.top + row) * columns + box.left;
    part.set(mask.subarray(from, from + box.columns), (row + margin) * size.columns + margin);
  }
  const closed = erode(dilate(part, size, radius), size, radius);
  const result = new Uint8Array(mask.length);
  for (let row = 0; row < box.rows; row++) {
    const from = (row + margin) * size.columns + margin;
    result.set(closed.subarray(from, from + box.columns), (box.top + row) * columns + box.left);
  }
  return result;
}

/** Fills the holes: the regions outside of the mask (4-connected) that do not reach the picture's border. */
export function fillHoles(mask: Uint8Array, size: PictureSize): Uint8Array {
  const { labels, components } = connectedComponents(invert(mask), size, 4);
  return select(labels, (label) => label === 0 || components[label - 1]!.borderPixels === 0);
}

function invert(mask: Uint8Array): Uint8Array {
  return select(mask, (value) => value === 0);
}

/** A mask of where the test holds. */
function select(
  values: Float64Array | Int32Array | Uint8Array,
  inside: (value: number) => boolean,
): Uint8Array {
  const result = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) if (inside(values[i]!)) result[i] = 1;
  return result;
}
