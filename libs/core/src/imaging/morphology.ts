import { clearBehind, cutMask, emptyMask, invert, pasteMask, type BitMask } from './bit-mask.js';
import { connectedComponents, maskOfRegions } from './connected-components.js';
import type { PictureSize } from './resample.js';

/**
 * Binary morphology with a disc: all pixels whose centres are at most `radius` away, 0 or more. The outside of the
 * picture neither grows into it nor erodes it. The cost grows with the radius, by a few operations on 32 pixels at a time.
 */

/** Grows the mask by `radius` pixels: the disc of each pixel, row by row of the disc. */
export function dilate(mask: BitMask, radius: number): BitMask {
  const { words, wordsPerRow, size } = mask;
  const widths = discWidths(radius, size);
  const result = emptyMask(size);
  const mostWords = Math.ceil(widths[0]! / 32);
  // One array for all rows: allocating one for each costs more than the work on it.
  const line = new Int32Array(wordsPerRow);
  for (let row = 0; row < size.rows; row++) {
    const start = row * wordsPerRow;
    let [first, end] = [0, wordsPerRow];
    while (first < end && words[start + first] === 0) first++;
    if (first === end) continue;
    while (words[start + end - 1] === 0) end--;
    first = Math.max(0, first - mostWords);
    const length = Math.min(wordsPerRow, end + mostWords) - first;
    for (let at = 0; at < length; at++) line[at] = words[start + first + at]!;
    let width = 0;
    // From the disc's ends, where it is narrowest, to its middle.
    for (let distance = widths.length - 1; distance >= 0; distance--) {
      for (; width < widths[distance]!; width++) widenRow(line, length);
      const above = (row - distance) * wordsPerRow + first;
      const below = (row + distance) * wordsPerRow + first;
      if (distance <= row) uniteInto(result.words, above, line, length);
      if (row + distance < size.rows) uniteInto(result.words, below, line, length);
    }
  }
  return clearBehind(result);
}

/** Adds to each pixel of a row its neighbours on both sides. */
function widenRow(line: Int32Array, length: number): void {
  let before = 0;
  for (let at = 0; at < length; at++) {
    const word = line[at]!;
    const next = at + 1 < length ? line[at + 1]! : 0;
    line[at] = word | (word << 1) | (before >>> 31) | (word >>> 1) | (next << 31);
    before = word;
  }
}

function uniteInto(words: Int32Array, first: number, line: Int32Array, length: number): void {
  for (let at = 0; at < length; at++) words[first + at]! |= line[at]!;
}

/** How many pixels a disc reaches to each side, by rows from its centre. */
function discWidths(radius: number, { columns, rows }: PictureSize): Int32Array {
  const height = Math.min(Math.floor(radius), rows);
  return Int32Array.from({ length: height + 1 }, (_, row) => {
    let width = Math.floor(Math.sqrt(radius * radius - row * row));
    // Corrects a root that was rounded down.
    if ((width + 1) ** 2 + row * row <= radius * radius) width++;
    return Math.min(width, columns);
  });
}

/** Shrinks the mask by `radius` pixels. */
export function erode(mask: BitMask, radius: number): BitMask {
  return invert(dilate(invert(mask), radius));
}

/** Shrinks, then grows: removes what the disc does not fit into. */
export function open(mask: BitMask, radius: number): BitMask {
  return dilate(erode(mask, radius), radius);
}

/**
 * Grows, then shrinks: fills gaps and bays that the disc does not fit into. It grows past the picture's border before it
 * shrinks again: else a mask near the border would stick to it.
 */
export function close(mask: BitMask, radius: number): BitMask {
  const { columns, rows } = mask.size;
  const margin = Math.ceil(radius) + 1;
  const wordsBeside = Math.ceil(margin / 32) * 32;
  const box = { left: wordsBeside, top: margin, columns, rows };
  const roomy = { columns: columns + 2 * wordsBeside, rows: rows + 2 * margin };
  const closed = erode(dilate(pasteMask(mask, box, roomy), radius), radius);
  // A closing stays within the sides of the box, so that nothing is inside past it.
  return cutMask(closed, box);
}

/** Fills the holes: the regions outside the mask (4-connected) that do not reach the picture's border. */
export function fillHoles(mask: BitMask): BitMask {
  const outside = connectedComponents(invert(mask), 4);
  const reachingBorder = outside.components.filter(({ borderPixels }) => borderPixels > 0);
  return invert(maskOfRegions(outside, new Set(reachingBorder.map(({ label }) => label))));
}
