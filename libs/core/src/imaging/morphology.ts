import { boundingBox } from './bounding-box.js';
import { connectedComponents } from './connected-components.js';
import { cut, paste } from './cut.js';
import type { PictureSize } from './resample.js';

/**
 * Binary morphology with a disc: all pixels whose centres are at most `radius` away. Masks hold 0 outside and 1 inside; what
 * lies beyond the picture's border neither grows in nor eats away. The cost does not grow with the radius.
 */

/** Grows the mask by `radius` pixels. */
export function dilate(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  return near(mask, 1, size, radius);
}

/** Shrinks the mask by `radius` pixels. */
export function erode(mask: Uint8Array, size: PictureSize, radius: number): Uint8Array {
  return invert(near(mask, 0, size, radius));
}

/**
 * The pixels with one of value `of` at most `radius` away. Counted down the columns how far it is to the mask, then along the
 * rows each pixel covers as many neighbours as the disc is wide at that distance: whole numbers and no roots, so it takes a
 * fraction of an exact distance transform.
 */
function near(
  mask: Uint8Array,
  of: 0 | 1,
  { columns, rows }: PictureSize,
  radius: number,
): Uint8Array {
  const isInside = of === 1;
  const widths = discWidths(radius, rows);
  const tooFar = widths.length - 1;
  const gaps = new Int32Array(mask.length);
  for (let at = 0; at < columns; at++) gaps[at] = (mask[at] !== 0) === isInside ? 0 : tooFar;
  for (let at = columns; at < mask.length; at++) {
    const above = gaps[at - columns]!;
    gaps[at] = (mask[at] !== 0) === isInside ? 0 : above < tooFar ? above + 1 : tooFar;
  }
  for (let at = mask.length - columns - 1; at >= 0; at--) {
    const below = gaps[at + columns]! + 1;
    if (below < gaps[at]!) gaps[at] = below;
  }
  const result = new Uint8Array(mask.length);
  for (let row = 0; row < rows; row++) {
    const first = row * columns;
    for (let column = 0, reach = -1; column < columns; column++) {
      const end = column + widths[gaps[first + column]!]!;
      if (end > reach) reach = end;
      if (column <= reach) result[first + column] = 1;
    }
    for (let column = columns - 1, reach = columns; column >= 0; column--) {
      const end = column - widths[gaps[first + column]!]!;
      if (end < reach) reach = end;
      if (column >= reach) result[first + column] = 1;
    }
  }
  return result;
}

/** How many pixels a disc reaches to each side, by rows from its centre; -1 where it has ended, which is the last entry. */
function discWidths(radius: number, rows: number): Int32Array {
  const height = Math.min(Math.floor(radius), rows);
  return Int32Array.from({ length: height + 2 }, (_, row) => {
    if (row > height) return -1;
    let width = Math.floor(Math.sqrt(radius * radius - row * row));
    // A root that was rounded down.
    if ((width + 1) ** 2 + row * row <= radius * radius) width++;
    return width;
  });
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
