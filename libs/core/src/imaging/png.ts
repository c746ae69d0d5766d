import { encode } from 'fast-png';

/** A picture to write as PNG: interleaved channels, row by row from the top left corner. */
export interface PngPicture {
  readonly columns: number;
  readonly rows: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** `rows * columns * channels` samples; a `Uint16Array` is written with 16 bits per sample. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

/**
 * Writes a lossless PNG in Node or a browser, without a canvas: 8 or 16 bits per sample by the array's type.
 *
 * @throws {RangeError} when the size is not a positive integer or the samples do not fit it.
 */
export function encodePng({ columns, rows, channels, data }: PngPicture): Uint8Array {
  if (!(Number.isInteger(columns) && Number.isInteger(rows) && columns > 0 && rows > 0)) {
    throw new RangeError(`Expected a size of at least 1×1 whole pixels, got ${columns}×${rows}`);
  }
  if (data.length !== columns * rows * channels) {
    throw new RangeError(
      `Expected ${columns * rows * channels} samples for ${columns}×${rows}×${channels}, got ${data.length}`,
    );
  }
  const depth = data instanceof Uint16Array ? 16 : 8;
  return encode({ width: columns, height: rows, channels, depth, data });
}
