import type { Box } from '../imaging/bounding-box.js';
import type { PictureSize } from '../imaging/resample.js';

/** A line of the frame is white in at least this share of its pixels. */
const whiteShare = 0.9;
const white = 0.85;
/** At most this share of the picture is cut off a side. */
const widest = 0.2;

/**
 * Finds the white frame of figures cut from a paper, which hides that the room's air reaches the border.
 *
 * @param pixels `rows * columns` grey values in 0–1.
 * @returns the picture without its frame; all of it if there is none.
 */
export function trimFrame(pixels: Float32Array, { columns, rows }: PictureSize): Box {
  const isWhite = (first: number, step: number, count: number) => {
    let found = 0;
    for (let i = 0, at = first; i < count; i++, at += step) if (pixels[at]! >= white) found++;
    return found >= whiteShare * count;
  };
  const whiteRow = (row: number) => isWhite(row * columns, 1, columns);
  const whiteColumn = (column: number) => isWhite(column, columns, rows);
  const top = countLines(rows, (i) => whiteRow(i));
  const bottom = countLines(rows, (i) => whiteRow(rows - 1 - i));
  const left = countLines(columns, (i) => whiteColumn(i));
  const right = countLines(columns, (i) => whiteColumn(columns - 1 - i));
  return { left, top, columns: columns - left - right, rows: rows - top - bottom };
}

function countLines(length: number, isFrame: (i: number) => boolean): number {
  const limit = Math.floor(widest * length);
  let count = 0;
  while (count < limit && isFrame(count)) count++;
  return count;
}
