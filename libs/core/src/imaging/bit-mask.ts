import type { Box } from './bounding-box.js';
import type { PictureSize } from './resample.js';

/** A mask with one bit per pixel, 32 to a word, the lowest leftmost: one operation on a word handles all of them. */
export interface BitMask {
  /** `wordsPerRow` for each row; the bits past the last column are 0. */
  readonly words: Int32Array;
  readonly wordsPerRow: number;
  readonly size: PictureSize;
}

/** A mask with no pixel inside. */
export function emptyMask({ columns, rows }: PictureSize): BitMask {
  const wordsPerRow = Math.ceil(columns / 32);
  return { words: new Int32Array(wordsPerRow * rows), wordsPerRow, size: { columns, rows } };
}

/** Pixels below the threshold; NaN never counts. */
export function below(pixels: Float32Array, size: PictureSize, threshold: number): BitMask {
  const mask = emptyMask(size);
  const { columns, rows } = size;
  for (let row = 0, to = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 32, to++) {
      const count = Math.min(32, columns - column);
      let word = 0;
      for (let bit = 0; bit < count; bit++, at++) {
        word |= (pixels[at]! < threshold ? 1 : 0) << bit;
      }
      mask.words[to] = word;
    }
  }
  return mask;
}

/** @returns `rows * columns` values, 1 inside. */
export function toBytes({ words, size: { columns, rows } }: BitMask): Uint8Array {
  const mask = new Uint8Array(columns * rows);
  for (let row = 0, from = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column += 32, from++) {
      const end = at + Math.min(32, columns - column);
      for (let bits = words[from]!; at < end; at++, bits >>>= 1) mask[at] = bits & 1;
    }
  }
  return mask;
}

/** The values of the pixels inside, in order. */
export function valuesInside(pixels: Float32Array, mask: BitMask): Float32Array {
  const { words, size } = mask;
  const values = new Float32Array(pixels.length);
  let count = 0;
  for (let row = 0, from = 0, at = 0; row < size.rows; row++) {
    for (let column = 0; column < size.columns; column += 32, from++) {
      const end = at + Math.min(32, size.columns - column);
      // Always written, and kept only if inside: a branch per pixel would be slower.
      for (let bits = words[from]!; at < end; at++, bits >>>= 1) {
        values[count] = pixels[at]!;
        count += bits & 1;
      }
    }
  }
  return values.subarray(0, count);
}

/** The complement. */
export function invert(mask: BitMask): BitMask {
  // Loops here: `map` of a typed array calls its function for each word, and finding a chest needs dozens of these.
  const words = new Int32Array(mask.words.length);
  for (let at = 0; at < words.length; at++) words[at] = ~mask.words[at]!;
  return clearBehind({ ...mask, words });
}

/** The intersection of masks of one size. */
export function intersect(a: BitMask, b: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let at = 0; at < words.length; at++) words[at] = a.words[at]! & b.words[at]!;
  return { ...a, words };
}

/** The union of masks of one size. */
export function unite(a: BitMask, b: BitMask): BitMask {
  const words = new Int32Array(a.words.length);
  for (let at = 0; at < words.length; at++) words[at] = a.words[at]! | b.words[at]!;
  return { ...a, words };
}

/** Sets the pixels `left <= column < right` of a row, in place. */
export function setRun(mask: BitMask, row: number, left: number, right: number): void {
  if (left >= right) return;
  const { words, wordsPerRow } = mask;
  const first = row * wordsPerRow + (left >>> 5);
  const last = row * wordsPerRow + ((right - 1) >>> 5);
  const head = -1 << (left & 31);
  const tail = -1 >>> (31 - ((right - 1) & 31));
  if (first === last) {
    words[first]! |= head & tail;
    return;
  }
  words[first]! |= head;
  words.fill(-1, first + 1, last);
  words[last]! |= tail;
}

/** How many of the pixels `left <= column < right` of a row are inside. */
export function countInRun(mask: BitMask, row: number, left: number, right: number): number {
  let count = 0;
  for (let column = left; column < right; column++) {
    count += (mask.words[row * mask.wordsPerRow + (column >>> 5)]! >>> (column & 31)) & 1;
  }
  return count;
}

/** How many pixels are inside. */
export function countInside({ words }: BitMask): number {
  let count = 0;
  for (let at = 0; at < words.length; at++) count += countBits(words[at]!);
  return count;
}

/** How many runs (stretches of a row that are inside) there are in all rows, counted by their first pixels. Exact. */
export function countRuns({ words, wordsPerRow }: BitMask): number {
  let count = 0;
  for (let first = 0; first < words.length; first += wordsPerRow) {
    let before = 0;
    for (let at = first; at < first + wordsPerRow; at++) {
      const word = words[at]!;
      count += countBits(word & ~((word << 1) | (before >>> 31)));
      before = word;
    }
  }
  return count;
}

/** Adds up neighbouring bits, then pairs of them, and so on (Warren, Hacker's Delight, section 5-1). */
function countBits(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The first column from `from` on that is inside; -1 if there is none. */
export function nextInside({ words, wordsPerRow }: BitMask, row: number, from: number): number {
  let at = from >>> 5;
  if (at >= wordsPerRow) return -1;
  let word = words[row * wordsPerRow + at]! & (-1 << (from & 31));
  while (word === 0) {
    if (++at === wordsPerRow) return -1;
    word = words[row * wordsPerRow + at]!;
  }
  return at * 32 + lowestBit(word);
}

/** The first column after `from`, which is inside, that is outside; may be one past the last. */
export function nextOutside(mask: BitMask, row: number, from: number): number {
  const { words, wordsPerRow, size } = mask;
  let at = from >>> 5;
  let word = ~words[row * wordsPerRow + at]! & (-1 << (from & 31));
  while (word === 0) {
    if (++at === wordsPerRow) return size.columns;
    word = ~words[row * wordsPerRow + at]!;
  }
  return at * 32 + lowestBit(word);
}

const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);

/**
 * The box with its sides moved outwards to word boundaries, so that it can be cut out word by word; its right side may be
 * that of the picture.
 */
export function alignToWords({ left, top, columns, rows }: Box, size: PictureSize): Box {
  const aligned = left - (left % 32);
  const right = Math.min(size.columns, Math.ceil((left + columns) / 32) * 32);
  return { left: aligned, top, columns: right - aligned, rows };
}

/**
 * Cuts out a box, word by word.
 *
 * @param box `left` is a multiple of 32, and nothing is inside between its right side and the next word: {@link alignToWords}.
 */
export function cutMask(mask: BitMask, box: Box): BitMask {
  const part = emptyMask(box);
  for (let row = 0; row < box.rows; row++) {
    const from = (box.top + row) * mask.wordsPerRow + box.left / 32;
    part.words.set(mask.words.subarray(from, from + part.wordsPerRow), row * part.wordsPerRow);
  }
  return part;
}

/** Places a mask of the box's size on an empty one; the inverse of {@link cutMask}, with a box of the same kind. */
export function pasteMask(part: BitMask, box: Box, size: PictureSize): BitMask {
  const mask = emptyMask(size);
  for (let row = 0; row < box.rows; row++) {
    const line = part.words.subarray(row * part.wordsPerRow, (row + 1) * part.wordsPerRow);
    mask.words.set(line, (box.top + row) * mask.wordsPerRow + box.left / 32);
  }
  return mask;
}

/** Clears, in place, the bits past the last column. */
export function clearBehind(mask: BitMask): BitMask {
  const { words, wordsPerRow, size } = mask;
  const used = size.columns % 32;
  if (used === 0) return mask;
  const keep = (1 << used) - 1;
  for (let at = wordsPerRow - 1; at < words.length; at += wordsPerRow) words[at]! &= keep;
  return mask;
}
