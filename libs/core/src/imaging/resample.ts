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
  const across = tapsOf(columns, toColumns);
  const down = tapsOf(rows, toRows);
  // Rows first: the second pass then reads whole rows, one after the other.
  const narrow = new Float32Array(rows * toColumns);
  for (let row = 0; row < rows; row++) {
    const from = row * columns;
    const to = row * toColumns;
    for (let column = 0; column < toColumns; column++) {
      let at = from + across.first[column]!;
      let weight = column * across.stride;
      let sum = 0;
      for (const end = weight + across.count[column]!; weight < end; weight++, at++) {
        sum += across.weights[weight]! * pixels[at]!;
      }
      narrow[to + column] = sum;
    }
  }
  const result = new Float32Array(toRows * toColumns);
  for (let row = 0; row < toRows; row++) {
    const line = result.subarray(row * toColumns, (row + 1) * toColumns);
    const first = down.first[row]!;
    for (let k = 0; k < down.count[row]!; k++) {
      const weight = down.weights[row * down.stride + k]!;
      const from = (first + k) * toColumns;
      for (let column = 0; column < toColumns; column++) {
        line[column]! += weight * narrow[from + column]!;
      }
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
