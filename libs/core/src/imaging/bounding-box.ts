import type { PictureSize } from './resample.js';

/** A rectangle of whole pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** The smallest box around a mask; undefined if it is empty. */
export function boundingBox(mask: Uint8Array, { columns, rows }: PictureSize): Box | undefined {
  let [left, right, top, bottom] = [columns, -1, rows, -1];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (mask[row * columns + column] === 0) continue;
      if (column < left) left = column;
      if (column > right) right = column;
      if (row < top) top = row;
      bottom = row;
    }
  }
  return right < 0 ? undefined : { left, top, columns: right - left + 1, rows: bottom - top + 1 };
}
