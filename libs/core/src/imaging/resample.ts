import { resampleWithKernel } from './kernel/resample-with-kernel.js';
import { triangleTaps, type Taps } from './kernel/triangle-taps.js';

/**
 * Resamples a picture with an antialiased triangle filter: bilinear where it grows, and where it shrinks the triangle is as
 * wide as the step between result pixels. Pixel centres are at half indices; weights are normalised at the edges.
 *
 * This is what `Image.resize(BILINEAR)` of PIL, `interpolate(antialias=True)` of PyTorch and `Resize` of ONNX with
 * `antialias=1`, `half_pixel` and `exclude_outside=1` compute.
 *
 * @param pixels `rows * columns` values.
 * @returns `toRows * toColumns` values.
 * @throws {RangeError} when a size is not a positive integer or does not fit the pixels.
 */
export function resample(
  pixels: Float32Array,
  { columns, rows }: PictureSize,
  { columns: toColumns, rows: toRows }: PictureSize,
): Float32Array {
  checkSize(columns, rows);
  checkSize(toColumns, toRows);
  checkLength(pixels, columns, rows);
  if (columns === toColumns && rows === toRows) return pixels.slice();
  const across = triangleTaps(columns, toColumns);
  const down = triangleTaps(rows, toRows);
  return (
    resampleWithKernel(pixels, { columns, rows }, across, down) ??
    resampleDown(resampleAcross(pixels, columns, rows, across), toColumns, down)
  );
}

/** Each row to as many values as there are taps; the fallback for the kernel without WebAssembly. */
function resampleAcross(
  pixels: Float32Array,
  columns: number,
  rows: number,
  { first, weights, taps }: Taps,
): Float32Array {
  const result = new Float32Array(rows * first.length);
  for (let row = 0, to = 0; row < rows; row++) {
    for (let column = 0, weight = 0; column < first.length; column++, to++) {
      let at = row * columns + first[column]!;
      let sum = 0;
      for (const end = at + taps; at < end; at++, weight++) sum += weights[weight]! * pixels[at]!;
      result[to] = sum;
    }
  }
  return result;
}

/** Each column to as many values as there are taps. */
function resampleDown(
  pixels: Float32Array,
  columns: number,
  { first, weights, taps }: Taps,
): Float32Array {
  const result = new Float32Array(first.length * columns);
  for (let row = 0; row < first.length; row++) {
    const to = row * columns;
    for (let k = 0; k < taps; k++) {
      const weight = weights[row * taps + k]!;
      const from = (first[row]! + k) * columns;
      for (let column = 0; column < columns; column++)
        result[to + column]! += weight * pixels[from + column]!;
    }
  }
  return result;
}

/** Resamples labels or binary masks: the source pixel whose area holds the result pixel's centre, as `nearest-exact` of PyTorch. */
export function resampleNearest<T extends Float32Array | Uint8Array>(
  pixels: T,
  { columns, rows }: PictureSize,
  { columns: toColumns, rows: toRows }: PictureSize,
): T {
  checkSize(columns, rows);
  checkSize(toColumns, toRows);
  checkLength(pixels, columns, rows);
  const result = new (pixels.constructor as new (length: number) => T)(toColumns * toRows);
  const columnOf = nearest(columns, toColumns);
  const rowOf = nearest(rows, toRows);
  for (let row = 0; row < toRows; row++) {
    const from = rowOf[row]! * columns;
    const to = row * toColumns;
    // The same source row again: copy the whole row.
    if (row > 0 && rowOf[row] === rowOf[row - 1]) {
      result.copyWithin(to, to - toColumns, to);
      continue;
    }
    for (let column = 0; column < toColumns; column++) {
      result[to + column] = pixels[from + columnOf[column]!]!;
    }
  }
  return result;
}

/** For each of `to` positions the one of `from` whose area holds its centre. */
function nearest(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, at) =>
    Math.min(from - 1, Math.floor(((at + 0.5) * from) / to)),
  );
}

/** A picture's size in pixels. */
export interface PictureSize {
  readonly columns: number;
  readonly rows: number;
}

/** The largest size of the same aspect whose longer side is at most `side`; never larger than the size itself. */
export function fitInto({ columns, rows }: PictureSize, side: number): PictureSize {
  const scale = Math.min(1, side / Math.max(columns, rows));
  return {
    columns: Math.max(1, Math.round(columns * scale)),
    rows: Math.max(1, Math.round(rows * scale)),
  };
}

function checkSize(columns: number, rows: number): void {
  if (!(Number.isInteger(columns) && Number.isInteger(rows) && columns > 0 && rows > 0)) {
    throw new RangeError(`Expected a size of at least 1×1 whole pixels, got ${columns}×${rows}`);
  }
}

function checkLength(pixels: { readonly length: number }, columns: number, rows: number): void {
  if (pixels.length !== columns * rows) {
    throw new RangeError(
      `Expected ${columns * rows} pixels for ${columns}×${rows}, got ${pixels.length}`,
    );
  }
}
