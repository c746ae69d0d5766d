import { boundingBox } from './bounding-box.js';
import { connectedComponents } from './connected-components.js';
import { cut, paste } from './cut.js';
import { squaredDistance } from './distance-transform.js';
import type { PictureSize } from './resample.js';

/**
 * Binary morphology with a disc: all pixels whose centres are at most `radius` away. Masks hold 0 outside and 1 inside; what
 * lies beyond the picture's border neither grows in nor eats away. The cost does not grow with the radius.
 */

/** Grows the mask by `radius` pixels. */
export function dilate(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  const distance = squaredDistance(invert(mask), size);
  const result = new Uint8Array(mask.length);
  const most = radius * radius;
  for (let at = 0; at < result.length; at++) result[at] = distance[at]! <= most ? 1 : 0;
  return result;
}

/** Shrinks the mask by `radius` pixels. */
export function erode(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  const distance = squaredDistance(mask, size);
  const result = new Uint8Array(mask.length);
  const most = radius * radius;
  for (let at = 0; at < result.length; at++) result[at] = distance[at]! > most ? 1 : 0;
  return result;
}

/** Shrinks, then grows: removes what the disc does not fit into. */
export function open(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  return dilate(erode(mask, size, radius), size, radius);
}

/**
 * Grows, then shrinks: fills gaps and bays that the disc does not fit into. It grows beyond the picture's border, where it
 * shrinks again: else a mask near the border would stick to it.
 */
export function close(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  const box = boundingBox(mask, size);
  if (!box) return mask.slice();
  // Only around the mask, with room to grow.
  const margin = Math.ceil(radius) + 1;
  const roomy = { columns: box.columns + 2 * margin, rows: box.rows + 2 * margin };
  const middle = { ...box, left: margin, top: margin };
  const part = paste(cut(mask, size, box), middle, roomy);
  const closed = erode(dilate(part, roomy, radius), roomy, radius);
  return paste(cut(closed, roomy, middle), box, size);
}

/** Fills the holes: the regions outside of the mask (4-connected) that do not reach the picture's border. */
export function fillHoles(mask: Uint8Array, size: PictureSize): Uint8Array {
  const { labels, components } = connectedComponents(invert(mask), size, 4);
  const result = new Uint8Array(mask.length);
  for (let at = 0; at < result.length; at++) {
    const label = labels[at]!;
    if (label === 0 || components[label - 1]!.borderPixels === 0) result[at] = 1;
  }
  return result;
}

function invert(mask: Uint8Array): Uint8Array {
  const result = new Uint8Array(mask.length);
  for (let at = 0; at < result.length; at++) result[at] = mask[at] === 0 ? 1 : 0;
  return result;
}
