import type { Numbers } from './check.js';
import { checkNotEmpty } from './check.js';
import { quantile } from './quantile.js';

/** Mean ± standard deviation over slices or volumes. */
export interface Summary {
  readonly mean: number;
  /** Of the sample (n - 1); NaN for a single value. */
  readonly standardDeviation: number;
  readonly median: number;
  /** Values that went in. */
  readonly count: number;
  /** NaN values that were left out. */
  readonly undefinedCount: number;
  /** Infinite values, replaced or not. */
  readonly infiniteCount: number;
}

/**
 * Summarises one metric over cases. NaN (undefined) is left out and counted. An infinite distance (a lesion
 * missed outright) stays in and makes the mean infinite, for leaving it out would reward missing; `infiniteAs`,
 * `fieldDiagonal` say, takes its place.
 *
 * @throws {RangeError} on no values, or `infiniteAs` that is not finite.
 */
export function summarize(
  values: Numbers,
  options: { readonly infiniteAs?: number } = {},
): Summary {
  checkNotEmpty('values', values);
  const { infiniteAs } = options;
  if (infiniteAs !== undefined && !Number.isFinite(infiniteAs)) {
    throw new RangeError(`Expected infiniteAs to be finite, got ${infiniteAs}`);
  }
  const kept: number[] = [];
  let infiniteCount = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) continue;
    const isFinite = Number.isFinite(value);
    if (!isFinite) infiniteCount++;
    kept.push(isFinite ? value : (infiniteAs ?? value));
  }
  const mean = kept.reduce((sum, value) => sum + value, 0) / kept.length;
  const squares = kept.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    standardDeviation: Math.sqrt(squares / (kept.length - 1)),
    median: quantile(Float64Array.from(kept).sort(), 0.5),
    count: kept.length,
    undefinedCount: values.length - kept.length,
    infiniteCount,
  };
}
