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

/** What is reported of a classifier on a split that has both classes; COVID is positive everywhere. */
export interface LabelMeasurement {
  readonly samples: number;
  readonly positives: number;
  readonly threshold: number;
  readonly matrix: ConfusionMatrix;
  readonly accuracy: Measured;
  readonly f1: Measured;
  readonly auc: Measured;
  readonly sensitivity: Measured;
  readonly specificity: Measured;
  /** Expected calibration error of P(COVID), fifteen bins of equal width. */
  readonly ece: number;
}

/** What is reported of masks. */
export interface MaskMeasurement {
  /** Slices with a mask by an expert. */
  readonly slices: number;
  /** Mean Dice over the slices. */
  readonly mean: number;
  readonly standardDeviation: number;
  /** Dice of the pixels of all slices together. */
  readonly pooled: number;
}

/** What is reported of a model on a split; a part is missing where the split does not allow it. */
export interface Measurement {
  readonly labels?: LabelMeasurement;
  readonly masks?: MaskMeasurement;
}

/**
 * Measures scores at a threshold. Labels are measured where the split has at least two samples of each class, masks where it has
 * any.
 */
export function measure(scores: readonly SampleScore[], threshold: number): Measurement {
  const labels = scores.map(({ sample }) => sample.target);
  const positives = labels.filter((label) => label === 1).length;
  const masks = measureMasks(scores);
  return {
    ...(positives > 1 && labels.length - positives > 1
      ? {
          labels: measureLabels(
            labels,
            scores.map(({ probability }) => probability),
            scores.map(({ sample }) => `${sample.source}/${sample.patient}`),
            threshold,
          ),
        }
      : {}),
    ...(masks ? { masks } : {}),
  };
}

/**
 * Rates with Wilson's interval, AUC with DeLong's, F1 with a bootstrap over patients.
 *
 * @throws {RangeError} where a class has fewer than two samples.
 */
export function measureLabels(
  labels: readonly number[],
  probabilities: readonly number[],
  patients: readonly string[],
  threshold: number,
): LabelMeasurement {
  const matrix = confusionMatrixAt(labels, probabilities, threshold);
  const { truePositives: tp, trueNegatives: tn } = matrix;
  const positives = tp + matrix.falseNegatives;
  const { auc, lower, upper } = rocAucInterval(labels, probabilities);
  return {
    samples: labels.length,
    positives,
    threshold,
    matrix,
    accuracy: rate(accuracy(matrix), tp + tn, labels.length),
    f1: f1Interval(labels, probabilities, patients, threshold),
    auc: { value: auc, lower, upper, interval: 'DeLong' },
    sensitivity: rate(sensitivity(matrix), tp, positives),
    specificity: rate(specificity(matrix), tn, labels.length - positives),
    ece: expectedCalibrationError(labels, probabilities),
  };
}

function rate(value: number, successes: number, trials: number): Measured {
  return { value, ...wilsonInterval(successes, trials), interval: 'Wilson' };
}

/** Several pictures of one patient are no independent evidence: patients are drawn, not pictures. */
function f1Interval(
  labels: readonly number[],
  probabilities: readonly number[],
  patients: readonly string[],
  threshold: number,
): Measured {
  const { lower, upper } = patientBootstrap(
    patients,
    (rows) =>
      f1Score(confusionMatrixAt(takeRows(labels, rows), takeRows(probabilities, rows), threshold)),
    { seed: 1 },
  );
  const value = f1Score(confusionMatrixAt(labels, probabilities, threshold));
  return { value, lower, upper, interval: 'patient bootstrap' };
}

function measureMasks(scores: readonly SampleScore[]): MaskMeasurement | undefined {
  const overlaps = scores.map(({ overlap }) => overlap).filter((overlap) => overlap !== undefined);
  if (overlaps.length === 0) return undefined;
  const { mean, standardDeviation } = summarize(overlaps.map((overlap) => dice(overlap)));
  return {
    slices: overlaps.length,
    mean,
    standardDeviation,
    pooled: dice(poolOverlaps(overlaps)),
  };
}
