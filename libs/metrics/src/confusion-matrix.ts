import type { Numbers } from './check.js';
import { checkBinary, checkLabelledScores, checkNotEmpty, checkSameLength } from './check.js';

/** Counts of a binary decision; positive = COVID = 1. */
export interface ConfusionMatrix {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * Counts decisions against labels, both 0 or 1 and of the same length.
 *
 * @throws {RangeError} on empty input, a length mismatch, or a value other than 0 and 1.
 */
export function confusionMatrix(labels: Numbers, predictions: Numbers): ConfusionMatrix {
  checkNotEmpty('labels', labels);
  checkSameLength('labels', labels, 'predictions', predictions);
  checkBinary('labels', labels);
  checkBinary('predictions', predictions);
  return count(labels, (i) => predictions[i] === 1);
}

/**
 * Counts the decisions `score >= threshold` (positive) against labels. `Infinity` calls nothing positive,
 * `-Infinity` everything.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, a score that is not
 * finite, or a NaN threshold.
 */
export function confusionMatrixAt(
  labels: Numbers,
  scores: Numbers,
  threshold: number,
): ConfusionMatrix {
  checkLabelledScores(labels, scores);
  if (Number.isNaN(threshold)) throw new RangeError('Expected threshold to be a number, got NaN');
  return count(labels, (i) => scores[i]! >= threshold);
}

function count(labels: Numbers, isCalledPositive: (index: number) => boolean): ConfusionMatrix {
  let truePositives = 0;
  let falsePositives = 0;
  let positives = 0;
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    positives += label;
    if (!isCalledPositive(i)) continue;
    if (label === 1) truePositives++;
    else falsePositives++;
  }
  return {
    truePositives,
    falsePositives,
    trueNegatives: labels.length - positives - falsePositives,
    falseNegatives: positives - truePositives,
  };
}
