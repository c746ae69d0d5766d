/** A picture of 8-bit RGB, row by row from the top left corner. */
export interface Pixels {
  readonly columns: number;
  readonly rows: number;
  /** `rows * columns * 3` values. */
  readonly data: Uint8Array;
}

/** A box in whole pixels. */
export interface PixelBox {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** The part of a picture inside a box. */
export function cutPixels({ columns, data }: Pixels, box: PixelBox): Pixels {
  const result = new Uint8Array(box.columns * box.rows * 3);
  for (let row = 0; row < box.rows; row++) {
    const from = ((box.top + row) * columns + box.left) * 3;
    result.set(data.subarray(from, from + box.columns * 3), row * box.columns * 3);
  }
  return { columns: box.columns, rows: box.rows, data: result };
}

/** Whether every pixel has red = green = blue, up to what JPEG's chroma rounding adds. */
export function isGrey({ data }: Pixels, slack = 0): boolean {
  for (let at = 0; at < data.length; at += 3) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) > slack) return false;
  }
  return true;
}

/** Grey 0–1: ITU-R BT.601 luminance, as in core's pictures. */
export function toGrey({ columns, rows, data }: Pixels): Float32Array {
  const grey = new Float32Array(columns * rows);
  for (let i = 0, at = 0; i < grey.length; i++, at += 3) {
    grey[i] = (0.299 * data[at]! + 0.587 * data[at + 1]! + 0.114 * data[at + 2]!) / 255;
  }
  return grey;
}

/** Averages blocks so that the longer side is at most `side`; the picture itself if it is small enough. */
export function shrink(pixels: Pixels, side: number): Pixels {
  const { columns, rows, data } = pixels;
  const scale = Math.min(1, side / Math.max(columns, rows));
  if (scale === 1) return pixels;
  const outColumns = Math.max(1, Math.round(columns * scale));
  const outRows = Math.max(1, Math.round(rows * scale));
  const result = new Uint8Array(outColumns * outRows * 3);
  for (let row = 0; row < outRows; row++) {
    const top = Math.floor((row * rows) / outRows);
    const bottom = Math.max(top + 1, Math.floor(((row + 1) * rows) / outRows));
    for (let column = 0; column < outColumns; column++) {
      const left = Math.floor((column * columns) / outColumns);
      const right = Math.max(left + 1, Math.floor(((column + 1) * columns) / outColumns));
      let [r, g, b] = [0, 0, 0];
      for (let y = top; y < bottom; y++) {
        for (let at = (y * columns + left) * 3; at < (y * columns + right) * 3; at += 3) {
          r += data[at]!;
          g += data[at + 1]!;
          b += data[at + 2]!;
        }
      }
      const count = (bottom - top) * (right - left);
      const to = (row * outColumns + column) * 3;
      result[to] = Math.round(r / count);
      result[to + 1] = Math.round(g / count);
      result[to + 2] = Math.round(b / count);
    }
  }
  return { columns: outColumns, rows: outRows, data: result };
}
