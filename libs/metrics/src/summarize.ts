import type { Numbers } from './check.js';
import { checkNotEmpty } from './check.js';

/** Mean ± standard deviation over slices or volumes. */
export interface Summary {
  readonly mean: number;
  /** Of the sample (n - 1); NaN for a single value. */
  readonly standardDeviation: number;
}

/**
 * Summarises one metric over cases; NaN if any of them is, since omitting it would be silent.
 *
 * @throws {RangeError} on no values.
 */
export function summarize(values: Numbers): Summary {
  checkNotEmpty('values', values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return { mean, standardDeviation: Math.sqrt(squares / (values.length - 1)) };
}
