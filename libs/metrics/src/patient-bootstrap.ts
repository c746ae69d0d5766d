import type { Numbers } from './check.js';
import { checkInteger, checkNotEmpty, checkOpenUnit, checkSameLength } from './check.js';
import { normalCdf, normalQuantile } from './normal-distribution.js';
import { quantile } from './quantile.js';
import type { Interval } from './wilson-interval.js';

/** One patient name per row; rows with equal names belong together. */
export type Names = ArrayLike<string | number>;

export interface BootstrapOptions {
  /** Uniform numbers in [0, 1). A seeded stream gives the same interval on every machine; `Math.random` does not. */
  readonly random: () => number;
  /** 2000 gives 95 % limits that move by a few thousandths of their width from seed to seed. */
  readonly resamples?: number;
  readonly level?: number;
  /** `percentile`, or `bca`: bias-corrected and accelerated (Efron 1987), one more pass over all patients. */
  readonly method?: 'percentile' | 'bca';
  /** A stratum for each row, constant within a patient: each stratum keeps its number of patients. */
  readonly strata?: Names;
}

export interface BootstrapInterval extends Interval {
  /** The statistic on all rows. */
  readonly estimate: number;
  /** Standard deviation of the resampled statistic. */
  readonly standardError: number;
  readonly patients: number;
  /** Resamples that were excluded because the statistic was undefined (one class missing, say). */
  readonly undefinedResamples: number;
}

/**
 * Bootstrap interval of any statistic, drawing whole patients with replacement (Field & Welsh 2007): slices of
 * one patient resemble each other, and drawing them singly would make the interval too narrow.
 *
 * `statistic` gets row numbers, a patient's rows once for each time it was drawn:
 * `patientBootstrap(patients, (rows) => rocAuc(takeRows(labels, rows), takeRows(scores, rows)), { random })`.
 * If it throws a RangeError or returns NaN the resample counts as undefined and is excluded.
 *
 * @throws {RangeError} on empty input, fewer than two patients, a stratum that splits a patient, `bca` with
 * strata, an option out of range, a statistic undefined on all rows, or on more than half of the resamples.
 */
export function patientBootstrap(
  patients: Names,
  statistic: (rows: Int32Array) => number,
  options: BootstrapOptions,
): BootstrapInterval {
  const { random, resamples = 2000, level = 0.95, method = 'percentile', strata } = options;
  checkInteger('resamples', resamples, 2);
  checkOpenUnit('level', level);
  if (method === 'bca' && strata) {
    throw new RangeError("Expected method 'percentile' with strata, got 'bca'");
  }
  const groups = groupRows(patients, strata);
  const clusters = groups.flat();
  if (clusters.length < 2) {
    throw new RangeError(`Expected patients to hold at least 2 patients, got ${clusters.length}`);
  }
  const estimate = statistic(Int32Array.from({ length: patients.length }, (_, row) => row));
  if (Number.isNaN(estimate)) {
    throw new RangeError('Expected statistic to be defined on all rows, got NaN');
  }

  const drawn: number[] = [];
  for (let resample = 0; resample < resamples; resample++) {
    const draw = groups.flatMap((group) =>
      group.map(() => group[Math.floor(random() * group.length)]!),
    );
    const value = valueOrNaN(statistic, concatenate(draw));
    if (!Number.isNaN(value)) drawn.push(value);
  }
  if (drawn.length < resamples / 2) {
    throw new RangeError(
      `Expected statistic to be defined on at least half of ${resamples} resamples, got ${drawn.length}`,
    );
  }

  const sorted = Float64Array.from(drawn).sort();
  const tail = (1 - level) / 2;
  const [low, high] =
    method === 'bca' ? bcaTails(sorted, estimate, clusters, statistic, tail) : [tail, 1 - tail];
  return {
    estimate,
    lower: quantile(sorted, low),
    upper: quantile(sorted, high),
    standardError: standardDeviation(drawn),
    patients: clusters.length,
    undefinedResamples: resamples - drawn.length,
  };
}

/** `values[rows[0]], values[rows[1]], …`: the resampled column for a metric of this library. */
export function takeRows(values: Numbers, rows: Int32Array): Float64Array {
  return Float64Array.from(rows, (row) => values[row]!);
}

/** Rows of each patient, in order of first appearance, within each stratum. */
function groupRows(patients: Names, strata: Names | undefined): Int32Array[][] {
  checkNotEmpty('patients', patients);
  if (strata) checkSameLength('patients', patients, 'strata', strata);
  const rowsOf = new Map<string | number, number[]>();
  const groups = new Map<string | number, number[][]>();
  for (let row = 0; row < patients.length; row++) {
    const patient = patients[row]!;
    const stratum = strata ? strata[row]! : 0;
    const rows = rowsOf.get(patient);
    if (rows) {
      const known = strata ? strata[rows[0]!]! : 0;
      if (known !== stratum) {
        throw new RangeError(
          `Expected strata to be constant within patient ${patient} (${known}), got ${stratum} at index ${row}`,
        );
      }
      rows.push(row);
      continue;
    }
    const fresh = [row];
    rowsOf.set(patient, fresh);
    const group = groups.get(stratum);
    if (group) group.push(fresh);
    else groups.set(stratum, [fresh]);
  }
  return [...groups.values()].map((group) => group.map((rows) => Int32Array.from(rows)));
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Int32Array(length);
  let offset = 0;
  for (const part of parts) {
    all.set(part, offset);
    offset += part.length;
  }
  return all;
}

function valueOrNaN(statistic: (rows: Int32Array) => number, rows: Int32Array): number {
  try {
    return statistic(rows);
  } catch (error) {
    // Only "undefined here" is expected; a bug in the statistic must surface.
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}

/** Which quantiles of the resamples BCa reads: Efron & Tibshirani 1993, (14.10), (14.14) and (14.15). */
function bcaTails(
  sorted: Float64Array,
  estimate: number,
  clusters: readonly Int32Array[],
  statistic: (rows: Int32Array) => number,
  tail: number,
): [number, number] {
  let below = 0;
  for (const value of sorted) below += value < estimate ? 1 : value === estimate ? 0.5 : 0;
  // Half a resample from the ends: an estimate outside all resamples has no finite bias correction.
  const share = Math.min(Math.max(below, 0.5), sorted.length - 0.5) / sorted.length;
  const bias = normalQuantile(share);

  const without = clusters.map((_, left) =>
    statistic(concatenate(clusters.filter((__, index) => index !== left))),
  );
  const center = without.reduce((sum, value) => sum + value, 0) / without.length;
  let squares = 0;
  let cubes = 0;
  for (const value of without) {
    squares += (center - value) ** 2;
    cubes += (center - value) ** 3;
  }
  if (Number.isNaN(squares)) {
    throw new RangeError('Expected statistic to be defined with any one patient left out, got NaN');
  }
  const acceleration = squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
  const adjusted = (probability: number): number => {
    const z = bias + normalQuantile(probability);
    const scale = 1 - acceleration * z;
    // Past the pole the formula would jump to the other end.
    if (scale <= 0) return z > 0 ? 1 : 0;
    return normalCdf(bias + z / scale);
  };
  return [adjusted(tail), adjusted(1 - tail)];
}

function standardDeviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1));
}
