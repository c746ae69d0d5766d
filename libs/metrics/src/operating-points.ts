import type { Numbers } from './check.js';
import { checkLabelledScores } from './check.js';

/** Scores of each class, ascending. */
export interface ScoresByClass {
  readonly positives: Float64Array;
  readonly negatives: Float64Array;
}

/** What `score >= threshold` decides at each distinct score, thresholds descending. Counts, not rates. */
export interface OperatingPoints {
  readonly thresholds: Float64Array;
  readonly truePositives: Float64Array;
  readonly falsePositives: Float64Array;
  readonly positives: number;
  readonly negatives: number;
}

/**
 * Checks labels and scores and splits the scores by class, in their original order.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, a score that is not
 * finite, or a class with fewer than `minimumPerClass` samples.
 */
export function splitByClass(
  labels: Numbers,
  scores: Numbers,
  minimumPerClass: number,
): ScoresByClass {
  checkLabelledScores(labels, scores);
  let positiveCount = 0;
  for (let i = 0; i < labels.length; i++) positiveCount += labels[i]!;
  const negativeCount = labels.length - positiveCount;
  if (positiveCount < minimumPerClass || negativeCount < minimumPerClass) {
    throw new RangeError(
      `Expected labels to hold at least ${minimumPerClass} of each class, ` +
        `got ${positiveCount} positive and ${negativeCount} negative`,
    );
  }
  const positives = new Float64Array(positiveCount);
  const negatives = new Float64Array(negativeCount);
  let p = 0;
  let n = 0;
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] === 1) positives[p++] = scores[i]!;
    else negatives[n++] = scores[i]!;
  }
  return { positives, negatives };
}

/** Cumulative counts at every distinct score: two sorts of plain numbers and one merge, O(n log n). */
export function operatingPoints(split: ScoresByClass): OperatingPoints {
  const positives = split.positives.slice().sort();
  const negatives = split.negatives.slice().sort();
  const size = positives.length + negatives.length;
  const thresholds = new Float64Array(size);
  const truePositives = new Float64Array(size);
  const falsePositives = new Float64Array(size);
  let p = positives.length - 1;
  let n = negatives.length - 1;
  let points = 0;
  while (p >= 0 || n >= 0) {
    const threshold = Math.max(
      p >= 0 ? positives[p]! : -Infinity,
      n >= 0 ? negatives[n]! : -Infinity,
    );
    while (p >= 0 && positives[p] === threshold) p--;
    while (n >= 0 && negatives[n] === threshold) n--;
    thresholds[points] = threshold;
    truePositives[points] = positives.length - 1 - p;
    falsePositives[points] = negatives.length - 1 - n;
    points++;
  }
  return {
    thresholds: thresholds.slice(0, points),
    truePositives: truePositives.slice(0, points),
    falsePositives: falsePositives.slice(0, points),
    positives: positives.length,
    negatives: negatives.length,
  };
}
