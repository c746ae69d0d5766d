import {
  accuracy,
  chooseThreshold,
  confusionMatrixAt,
  f1Score,
  patientBootstrap,
  rocAuc,
  takeRows,
} from '@groundglass/metrics';
import { bootstrapRandom } from '../evaluation/bootstrap-random.js';
import type { PatientInterval, ReproductionScores } from './result-row.js';

/** Labels (1 for COVID), probabilities and patients of pictures, as parallel arrays. */
export interface ScoredPictures {
  readonly labels: readonly (0 | 1)[];
  readonly probabilities: readonly number[];
  readonly patients: readonly string[];
}

/** The threshold with the largest Youden's J on validation pictures, midway between two scores. */
export function thresholdOf({ labels, probabilities }: ScoredPictures): number {
  return chooseThreshold(labels, probabilities, { kind: 'youden' }, { placement: 'midpoint' })
    .threshold;
}

/**
 * Accuracy, F1 and AUC with 95 % intervals from 2,000 resamples of whole patients, each class keeping its number of patients. With few
 * patients of a class (the paper's test set has four with COVID) the intervals are wide and still optimistic.
 */
export function measureClustered(
  { labels, probabilities, patients }: ScoredPictures,
  threshold: number,
): ReproductionScores {
  const strata = labels.map((label) => String(label));
  const withInterval = (
    statistic: (labels: ArrayLike<number>, probabilities: ArrayLike<number>) => number,
  ): PatientInterval => {
    const value = statistic(labels, probabilities);
    try {
      const { lower, upper } = patientBootstrap(
        patients,
        (rows) => statistic(takeRows(labels, rows), takeRows(probabilities, rows)),
        { random: bootstrapRandom(), strata },
      );
      return { value, lower, upper };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // A patient with pictures of both classes, or a single patient: no interval is possible.
      return { value, lower: null, upper: null };
    }
  };
  const matrix = confusionMatrixAt(labels, probabilities, threshold);
  return {
    accuracy: withInterval((l, p) => accuracy(confusionMatrixAt(l, p, threshold))),
    f1: withInterval((l, p) => f1Score(confusionMatrixAt(l, p, threshold))),
    auc: withInterval((l, p) => rocAuc(l, p)),
    truePositives: matrix.truePositives,
    falsePositives: matrix.falsePositives,
    positives: matrix.truePositives + matrix.falseNegatives,
    negatives: matrix.trueNegatives + matrix.falsePositives,
    threshold,
    patients: new Set(patients).size,
  };
}
