import type { Numbers } from './check.js';
import { operatingPoints, splitByClass } from './operating-points.js';

/** A ROC curve: parallel arrays, from (0, 0) at threshold `Infinity` to (1, 1) at the lowest score. */
export interface RocCurve {
  readonly thresholds: Float64Array;
  readonly falsePositiveRates: Float64Array;
  readonly truePositiveRates: Float64Array;
}

/**
 * ROC curve with one point for each distinct score (decision `score >= threshold`), collinear points kept, as
 * scikit-learn's `roc_curve(drop_intermediate=False)`. Tied scores move both rates in one step, which draws
 * their diagonal.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, a score that is not
 * finite, or a missing class.
 */
export function rocCurve(labels: Numbers, scores: Numbers): RocCurve {
  const points = operatingPoints(splitByClass(labels, scores, 1));
  return {
    thresholds: prepend(Infinity, points.thresholds),
    falsePositiveRates: prepend(
      0,
      points.falsePositives.map((count) => count / points.negatives),
    ),
    truePositiveRates: prepend(
      0,
      points.truePositives.map((count) => count / points.positives),
    ),
  };
}

/**
 * Area under the ROC curve: the probability that a random positive scores above a random negative, a tie
 * counting half (Mann-Whitney U over the number of pairs). O(n log n).
 *
 * @throws {RangeError} as {@link rocCurve} does.
 */
export function rocAuc(labels: Numbers, scores: Numbers): number {
  const points = operatingPoints(splitByClass(labels, scores, 1));
  let wins = 0;
  let below = 0;
  let seen = 0;
  for (let i = 0; i < points.thresholds.length; i++) {
    const truePositives = points.truePositives[i]!;
    const falsePositives = points.falsePositives[i]!;
    // Counts of pairs are integers and halves: exact up to 2^53, so no drift however many samples.
    wins += (falsePositives - below) * (seen + truePositives) * 0.5;
    below = falsePositives;
    seen = truePositives;
  }
  return wins / (points.positives * points.negatives);
}

function prepend(first: number, rest: Float64Array): Float64Array {
  const all = new Float64Array(rest.length + 1);
  all[0] = first;
  all.set(rest, 1);
  return all;
}
