import type { Box } from './bounding-box.js';
import type { PictureSize } from './resample.js';

/** Cuts a box out of a picture or mask; returns the same array if the box is all of it. */
export function cut<T extends Float32Array | Uint8Array>(
  pixels: T,
  { columns, rows }: PictureSize,
  box: Box,
): T {
  if (box.columns === columns && box.rows === rows) return pixels;
  const result = new (pixels.constructor as new (length: number) => T)(box.columns * box.rows);
  for (let row = 0; row < box.rows; row++) {
    const from = (box.top + row) * columns + box.left;
    result.set(pixels.subarray(from, from + box.columns), row * box.columns);
  }
  return result;
}

/** Places a picture or mask of the box's size on an empty one; the inverse of {@link cut}. */
export function paste<T extends Float32Array | Uint8Array>(
  part: T,
  box: Box,
  { columns, rows }: PictureSize,
): T {
  if (box.columns === columns && box.rows === rows) return part;
  const result = new (part.constructor as new (length: number) => T)(columns * rows);
  for (let row = 0; row < box.rows; row++) {
    result.set(
      part.subarray(row * box.columns, (row + 1) * box.columns),
      (box.top + row) * columns + box.left,
    );
  }
  return result;
}
