import type { ConfusionMatrix } from './confusion-matrix.js';

// One rule for all rates here: a rate whose denominator is zero is undefined and returned as NaN. It is not 0
// (scikit-learn's default) because nothing was measured: no positives in the test set is not "all were missed".

/** (TP + TN) / all. NaN for a matrix of zeros. */
export function accuracy(matrix: ConfusionMatrix): number {
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = matrix;
  const all = truePositives + falsePositives + trueNegatives + falseNegatives;
  return (truePositives + trueNegatives) / all;
}

/** Positive predictive value, TP / (TP + FP). NaN when nothing was called positive. */
export function precision({ truePositives, falsePositives }: ConfusionMatrix): number {
  return truePositives / (truePositives + falsePositives);
}

/** Recall, true-positive rate, TP / (TP + FN). NaN when there are no positives. */
export function sensitivity({ truePositives, falseNegatives }: ConfusionMatrix): number {
  return truePositives / (truePositives + falseNegatives);
}

/** True-negative rate, TN / (TN + FP). NaN when there are no negatives. */
export function specificity({ trueNegatives, falsePositives }: ConfusionMatrix): number {
  return trueNegatives / (trueNegatives + falsePositives);
}

/** TN / (TN + FN). NaN when nothing was called negative. */
export function negativePredictiveValue(matrix: ConfusionMatrix): number {
  return matrix.trueNegatives / (matrix.trueNegatives + matrix.falseNegatives);
}

/**
 * F1 of the positive class, 2 TP / (2 TP + FP + FN). 0 when every positive was missed or every call was wrong;
 * NaN only when there are neither positives nor positive calls.
 */
export function f1Score({
  truePositives,
  falsePositives,
  falseNegatives,
}: ConfusionMatrix): number {
  return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
}
