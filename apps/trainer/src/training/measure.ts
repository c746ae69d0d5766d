import {
  accuracy,
  confusionMatrixAt,
  dice,
  expectedCalibrationError,
  f1Score,
  patientBootstrap,
  poolOverlaps,
  rocAucInterval,
  sensitivity,
  specificity,
  summarize,
  takeRows,
  wilsonInterval,
  type ConfusionMatrix,
} from '@groundglass/metrics';
import type { SampleScore } from './evaluate.js';

/** A number with its 95 % interval. */
export interface Measured {
  readonly value: number;
  readonly lower: number;
  readonly upper: number;
  /** How the interval was made. */
  readonly interval: 'Wilson' | 'DeLong' | 'patient bootstrap';
}

/** What is reported of a model on a split; COVID is positive everywhere. */
export interface Measurement {
  readonly samples: number;
  readonly positives: number;
  readonly threshold: number;
  readonly matrix: ConfusionMatrix;
  readonly accuracy: Measured;
  readonly f1: Measured;
  /** Undefined where a class is missing. */
  readonly auc: Measured | undefined;
  readonly sensitivity: Measured | undefined;
  readonly specificity: Measured | undefined;
  /** Expected calibration error of P(COVID), ten bins of equal width. */
  readonly ece: number;
  readonly dice:
    | {
        readonly mean: number;
        readonly standardDeviation: number;
        readonly pooled: number;
        readonly count: number;
      }
    | undefined;
}

/**
 * Measures scores at a threshold: rates with Wilson's interval, AUC with DeLong's, F1 with a bootstrap over patients, Dice as mean and
 * deviation over the slices that have a mask and pooled over all their pixels.
 *
 * @throws {RangeError} without scores.
 */
export function measure(scores: readonly SampleScore[], threshold: number): Measurement {
  if (scores.length === 0) throw new RangeError('Expected at least one score');
  const labels = scores.map(({ sample }) => (sample.label === 'covid' ? 1 : 0));
  const probabilities = scores.map(({ probability }) => probability);
  const matrix = confusionMatrixAt(labels, probabilities, threshold);
  const { truePositives: tp, trueNegatives: tn } = matrix;
  const positives = tp + matrix.falseNegatives;
  const negatives = tn + matrix.falsePositives;
  return {
    samples: scores.length,
    positives,
    threshold,
    matrix,
    accuracy: rate(accuracy(matrix), tp + tn, scores.length),
    f1: f1Interval(scores, labels, probabilities, threshold),
    auc: positives > 1 && negatives > 1 ? aucInterval(labels, probabilities) : undefined,
    sensitivity: positives > 0 ? rate(sensitivity(matrix), tp, positives) : undefined,
    specificity: negatives > 0 ? rate(specificity(matrix), tn, negatives) : undefined,
    ece: expectedCalibrationError(labels, probabilities),
    dice: diceOf(scores),
  };
}

function rate(value: number, successes: number, trials: number): Measured {
  return { value, ...wilsonInterval(successes, trials), interval: 'Wilson' };
}

function aucInterval(labels: readonly number[], probabilities: readonly number[]): Measured {
  const { auc, lower, upper } = rocAucInterval(labels, probabilities);
  return { value: auc, lower, upper, interval: 'DeLong' };
}

/** Several pictures of one patient are no independent evidence: patients are drawn, not pictures. */
function f1Interval(
  scores: readonly SampleScore[],
  labels: readonly number[],
  probabilities: readonly number[],
  threshold: number,
): Measured {
  const value = f1Score(confusionMatrixAt(labels, probabilities, threshold));
  const patients = scores.map(({ sample }) => `${sample.source}/${sample.patient}`);
  if (new Set(patients).size < 2 || Number.isNaN(value))
    return { value, lower: NaN, upper: NaN, interval: 'patient bootstrap' };
  const { lower, upper } = patientBootstrap(
    patients,
    (rows) =>
      f1Score(confusionMatrixAt(takeRows(labels, rows), takeRows(probabilities, rows), threshold)),
    { seed: 1 },
  );
  return { value, lower, upper, interval: 'patient bootstrap' };
}

function diceOf(scores: readonly SampleScore[]): Measurement['dice'] {
  const overlaps = scores.map(({ overlap }) => overlap).filter((overlap) => overlap !== undefined);
  if (overlaps.length === 0) return undefined;
  const { mean, standardDeviation } = summarize(overlaps.map((overlap) => dice(overlap)));
  return { mean, standardDeviation, pooled: dice(poolOverlaps(overlaps)), count: overlaps.length };
}
