/** The weights of one result pixel along an axis: `weights[k]` belongs to source pixel `first + k`. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `taps` weights for each result pixel. */
  readonly weights: Float32Array;
  readonly stride: number;
}

/**
 * Resamples a picture with an antialiased triangle filter: bilinear where it grows, and where it shrinks the triangle is as
 * wide as the step between result pixels. Pixel centres lie at half indices; weights are normalised at the edges.
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
  // Rows first: the second pass then reads whole rows, one after the other.
  return resampleDown(resampleAcross(pixels, columns, rows, toColumns), toColumns, rows, toRows);
}

/** Each row to `toColumns` values. */
function resampleAcross(
  pixels: Float32Array,
  columns: number,
  rows: number,
  toColumns: number,
): Float32Array {
  if (columns === toColumns) return pixels;
  const { first, count, weights, stride } = tapsOf(columns, toColumns);
  const result = new Float32Array(rows * toColumns);
  if (stride <= 3) {
    // Growing takes two neighbours: without the inner loop this is three times as fast.
    const second = first.map((at, i) => Math.min(columns - 1, at + (count[i]! > 1 ? 1 : 0)));
    const left = Float32Array.from(first, (_, i) => weights[i * stride]!);
    const right = Float32Array.from(first, (_, i) =>
      count[i]! > 1 ? weights[i * stride + 1]! : 0,
    );
    for (let row = 0; row < rows; row++) {
      const from = row * columns;
      const to = row * toColumns;
      for (let column = 0; column < toColumns; column++) {
        result[to + column] =
          left[column]! * pixels[from + first[column]!]! +
          right[column]! * pixels[from + second[column]!]!;
      }
    }
    return result;
  }
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = row * toColumns;
    for (let column = 0; column < toColumns; column++) {
      let at = from + first[column]!;
      let weight = column * stride;
      let sum = 0;
      for (const end = weight + count[column]!; weight < end; weight++, at++) {
        sum += weights[weight]! * pixels[at]!;
      }
      result[to + column] = sum;
    }
  }
  return result;
}

/** Each column to `toRows` values. */
function resampleDown(
  pixels: Float32Array,
  columns: number,
  rows: number,
  toRows: number,
): Float32Array {
  if (rows === toRows) return pixels;
  const { first, count, weights, stride } = tapsOf(rows, toRows);
  const result = new Float32Array(toRows * columns);
  for (let row = 0; row < toRows; row++) {
    const to = row * columns;
    let from = first[row]! * columns;
    const one = weights[row * stride]!;
    const two = count[row]! > 1 ? weights[row * stride + 1]! : 0;
    const next = count[row]! > 1 ? columns : 0;
    for (let column = 0; column < columns; column++) {
      result[to + column] = one * pixels[from + column]! + two * pixels[from + next + column]!;
    }
    for (let k = 2; k < count[row]!; k++) {
      const weight = weights[row * stride + k]!;
      from = (first[row]! + k) * columns;
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
  for (let row = 0; row < toRows; row++) {
    const from = Math.min(rows - 1, Math.floor(((row + 0.5) * rows) / toRows)) * columns;
    for (let column = 0; column < toColumns; column++) {
      const at = Math.min(columns - 1, Math.floor(((column + 0.5) * columns) / toColumns));
      result[row * toColumns + column] = pixels[from + at]!;
    }
  }
  return result;
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

function tapsOf(from: number, to: number): Taps {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const stride = Math.ceil(radius) * 2 + 1;
  const first = new Int32Array(to);
  const count = new Int32Array(to);
  const weights = new Float32Array(to * stride);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.floor(centre - radius + 0.5));
    const high = Math.min(from, Math.floor(centre + radius + 0.5));
    let sum = 0;
    for (let at = low; at < high; at++) {
      const weight = Math.max(0, 1 - Math.abs(at + 0.5 - centre) / radius);
      weights[i * stride + at - low] = weight;
      sum += weight;
    }
    for (let k = 0; k < high - low; k++) weights[i * stride + k]! /= sum;
    first[i] = low;
    count[i] = high - low;
  }
  return { first, count, weights, stride };
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
