import type { Numbers } from './check.js';
import { operatingPoints, splitByClass } from './operating-points.js';

/** A precision-recall curve: parallel arrays, thresholds descending, recall rising to 1. */
export interface PrecisionRecallCurve {
  readonly thresholds: Float64Array;
  readonly precisions: Float64Array;
  readonly recalls: Float64Array;
}

/**
 * Precision and recall of `score >= threshold` at each distinct score. scikit-learn's
 * `precision_recall_curve` lists the same points in reverse order and adds (recall 0, precision 1), which
 * no threshold gives and which is omitted here.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, a score that is not
 * finite, or a missing class.
 */
export function precisionRecallCurve(labels: Numbers, scores: Numbers): PrecisionRecallCurve {
  const points = operatingPoints(splitByClass(labels, scores, 1));
  const { truePositives, falsePositives } = points;
  return {
    thresholds: points.thresholds,
    precisions: truePositives.map((count, i) => count / (count + falsePositives[i]!)),
    recalls: truePositives.map((count) => count / points.positives),
  };
}

/**
 * Average precision, `Σ (Rₙ - Rₙ₋₁) Pₙ` over thresholds descending: the step-wise sum of scikit-learn's
 * `average_precision_score`, not the trapezoid, which is too optimistic (Davis & Goadrich 2006).
 *
 * @throws {RangeError} as {@link precisionRecallCurve} does.
 */
export function averagePrecision(labels: Numbers, scores: Numbers): number {
  const { precisions, recalls } = precisionRecallCurve(labels, scores);
  let sum = 0;
  let previous = 0;
  for (let i = 0; i < recalls.length; i++) {
    sum += (recalls[i]! - previous) * precisions[i]!;
    previous = recalls[i]!;
  }
  return sum;
}
