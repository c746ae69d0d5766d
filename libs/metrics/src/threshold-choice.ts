import type { Numbers } from './check.js';
import type { ConfusionMatrix } from './confusion-matrix.js';
import { operatingPoints, splitByClass } from './operating-points.js';

/** The criterion for a good threshold. `atLeast` is in (0, 1]. */
export type ThresholdCriterion =
  | { readonly kind: 'youden' }
  | { readonly kind: 'f1' }
  | { readonly kind: 'sensitivity'; readonly atLeast: number }
  | { readonly kind: 'specificity'; readonly atLeast: number };

/**
 * `score` puts the threshold on the lowest score called positive; `midpoint` half-way to the next score below,
 * so that rounding on another machine does not flip that sample.
 */
export interface ThresholdOptions {
  readonly placement?: 'score' | 'midpoint';
}

/** The decision is `score >= threshold`; `matrix` is its result on the data it was chosen on. */
export interface ChosenThreshold {
  readonly threshold: number;
  readonly matrix: ConfusionMatrix;
}

/**
 * Chooses a decision threshold among the distinct scores. Use validation data: a threshold chosen on the test
 * set flatters the test result.
 *
 * - `youden`: largest J = sensitivity + specificity - 1 (Youden 1950).
 * - `f1`: largest F1 of the positive class.
 * - `sensitivity`: largest specificity among the thresholds that reach `atLeast`.
 * - `specificity`: largest sensitivity among the thresholds that reach `atLeast`. If the top score is a
 *   negative's, only `Infinity` (nothing is positive) may remain.
 *
 * Ties: the first two and `sensitivity` take the lower threshold, since a missed case matters more than a false
 * alarm; `specificity` takes the higher one, which costs no sensitivity.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, a score that is not
 * finite, a missing class, or `atLeast` outside (0, 1].
 */
export function chooseThreshold(
  labels: Numbers,
  scores: Numbers,
  criterion: ThresholdCriterion,
  { placement = 'score' }: ThresholdOptions = {},
): ChosenThreshold {
  if ('atLeast' in criterion && !(criterion.atLeast > 0 && criterion.atLeast <= 1)) {
    throw new RangeError(`Expected atLeast in (0, 1], got ${criterion.atLeast}`);
  }
  const points = operatingPoints(splitByClass(labels, scores, 1));
  const { positives, negatives, thresholds } = points;
  const matrixAt = (index: number): ConfusionMatrix => {
    const truePositives = index < 0 ? 0 : points.truePositives[index]!;
    const falsePositives = index < 0 ? 0 : points.falsePositives[index]!;
    return {
      truePositives,
      falsePositives,
      trueNegatives: negatives - falsePositives,
      falseNegatives: positives - truePositives,
    };
  };

  let best = -1; // threshold Infinity
  let bestValue = worth(criterion, matrixAt(-1));
  for (let index = 0; index < thresholds.length; index++) {
    const value = worth(criterion, matrixAt(index));
    const wins = criterion.kind === 'specificity' ? value > bestValue : value >= bestValue;
    if (!wins) continue;
    best = index;
    bestValue = value;
  }

  const matrix = matrixAt(best);
  if (best < 0) return { threshold: Infinity, matrix };
  const threshold = thresholds[best]!;
  const next = thresholds[best + 1];
  if (placement === 'score' || next === undefined) return { threshold, matrix };
  const midpoint = next + (threshold - next) / 2;
  // There is no double between neighbouring doubles.
  return { threshold: midpoint > next ? midpoint : threshold, matrix };
}

/** What the criterion maximises, as counts so that equal rates compare equal; -1 if a bound is missed. */
function worth(criterion: ThresholdCriterion, matrix: ConfusionMatrix): number {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = matrix;
  const positives = truePositives + falseNegatives;
  const negatives = trueNegatives + falsePositives;
  switch (criterion.kind) {
    case 'youden':
      // J · positives · negatives, an integer: rates of equal J would differ in the last bit.
      return truePositives * negatives - falsePositives * positives;
    case 'f1':
      return (2 * truePositives) / (truePositives + falsePositives + positives);
    case 'sensitivity':
      return truePositives / positives >= criterion.atLeast ? trueNegatives : -1;
    case 'specificity':
      return trueNegatives / negatives >= criterion.atLeast ? truePositives : -1;
  }
}
