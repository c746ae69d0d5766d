import type { CtSlice } from '@groundglass/core/browser';

/** A point of a slice; pixel (i, j) covers [i, i + 1) × [j, j + 1). */
export type SlicePoint = readonly [x: number, y: number];

/** A ruler from one point to another, or an ellipse in the box between them. Plain JSON, saved with the view. */
export interface Measurement {
  readonly id: number;
  readonly kind: 'ruler' | 'roi';
  readonly slice: number;
  readonly from: SlicePoint;
  readonly to: SlicePoint;
}

/** Millimetres between pixels. */
export interface PixelSize {
  readonly column: number;
  readonly row: number;
}

/** A length or an area in millimetres, or in pixels if the file does not give their size. */
export interface Extent {
  readonly value: number;
  readonly unit: 'mm' | 'px' | 'mm²' | 'px²';
}

/** The length of a ruler. */
export function lengthOf(
  { from, to }: Pick<Measurement, 'from' | 'to'>,
  size: PixelSize | undefined,
): Extent {
  const { column, row } = size ?? { column: 1, row: 1 };
  return {
    value: Math.hypot((to[0] - from[0]) * column, (to[1] - from[1]) * row),
    unit: size ? 'mm' : 'px',
  };
}

/** The measurements of a region; all null if no pixel's centre is in it. */
export interface RegionStatistics {
  readonly count: number;
  readonly mean: number | null;
  /** Population deviation of the region: divided by the number of pixels, like 3D Slicer and pydicom users' `numpy.std`. */
  readonly deviation: number | null;
  readonly least: number | null;
  readonly most: number | null;
  readonly area: Extent;
  /** The region's values, for a histogram. */
  readonly values: Float32Array;
}

/**
 * Measures the pixels whose centres are in an ellipse. NaN is not counted. The area is that of these pixels.
 */
export function measureRegion(
  slice: Pick<CtSlice, 'columns' | 'rows' | 'pixels'>,
  { from, to }: Pick<Measurement, 'from' | 'to'>,
  size: PixelSize | undefined,
): RegionStatistics {
  const [left, right] = [Math.min(from[0], to[0]), Math.max(from[0], to[0])];
  const [top, bottom] = [Math.min(from[1], to[1]), Math.max(from[1], to[1])];
  const [x, y] = [(left + right) / 2, (top + bottom) / 2];
  const [a, b] = [(right - left) / 2, (bottom - top) / 2];
  const values: number[] = [];
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(slice.rows, bottom); row++) {
    for (
      let column = Math.max(0, Math.floor(left));
      column < Math.min(slice.columns, right);
      column++
    ) {
      const isInside = ((column + 0.5 - x) / a) ** 2 + ((row + 0.5 - y) / b) ** 2 <= 1;
      const value = slice.pixels[row * slice.columns + column]!;
      if (isInside && !Number.isNaN(value)) values.push(value);
    }
  }
  const { column, row } = size ?? { column: 1, row: 1 };
  const area: Extent = { value: values.length * column * row, unit: size ? 'mm²' : 'px²' };
  const found = Float32Array.from(values);
  if (values.length === 0) {
    return { count: 0, mean: null, deviation: null, least: null, most: null, area, values: found };
  }
  let sum = 0;
  let [least, most] = [Infinity, -Infinity];
  for (const value of values) {
    sum += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const mean = sum / values.length;
  // Two passes: the sum of squares would lose the precision of a small spread around -1000 HU.
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return {
    ...{ count: values.length, mean, deviation: Math.sqrt(squares / values.length) },
    ...{ least, most, area, values: found },
  };
}

/** The number of values in each of equal bins. */
export interface Histogram {
  /** Values at the left end of the first bin and the right end of the last. */
  readonly low: number;
  readonly high: number;
  readonly counts: readonly number[];
}

/**
 * Counts values in bins from the least to the greatest; omits NaN and padding below -1024 HU, since otherwise the air around a CT's
 * reconstruction would be the only visible bin.
 *
 * @returns undefined if there is no value to count.
 */
export function histogramOf(
  values: Float32Array,
  unit: CtSlice['unit'],
  bins = 64,
): Histogram | undefined {
  let [low, high] = [Infinity, -Infinity];
  const isCounted = (value: number) => Number.isFinite(value) && (unit === 'grey' || value > -1024);
  for (const value of values) {
    if (!isCounted(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low > high) return undefined;
  if (low === high) high = low + (unit === 'HU' ? 1 : 1 / 255);
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    if (!isCounted(value)) continue;
    const bin = Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins));
    counts[bin] = counts[bin]! + 1;
  }
  return { low, high, counts };
}

/** Reads saved measurements; invalid ones are omitted. */
export function parseMeasurements(value: unknown): readonly Measurement[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).filter((each): each is Measurement => {
    if (typeof each !== 'object' || each === null) return false;
    const { id, kind, slice, from, to } = each as Record<string, unknown>;
    return (
      [id, slice].every((number) => Number.isInteger(number)) &&
      (kind === 'ruler' || kind === 'roi') &&
      [from, to].every(
        (point) =>
          Array.isArray(point) &&
          point.length === 2 &&
          point.every((part) => Number.isFinite(part)),
      )
    );
  });
}
