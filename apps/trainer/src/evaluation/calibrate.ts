import { CtError } from '@groundglass/core';
import {
  applyTemperature,
  chooseThreshold,
  confusionMatrixAt,
  fitTemperature,
  rocAuc,
} from '@groundglass/metrics';
import type { Decision } from '@groundglass/nn';
import type { SampleScore } from './evaluate.js';

/** The file next to a model that holds a {@link Calibration}. */
export const calibrationName = 'calibration.json';

/** What was chosen on a validation split. */
export interface Calibration {
  /** Weights of the classification branch and the mask in the decision, if fitted. */
  readonly decision?: Decision;
  /** Pictures of each source among the samples. */
  readonly sources?: Readonly<Record<string, number>>;
  /** Divisor of the logits before the softmax; 1 if no temperature is best, as for classes that are separated without error. */
  readonly temperature: number;
  /** Probability, after the temperature, from which the label is covid. */
  readonly threshold: number;
  /** Samples that it was chosen on. */
  readonly samples: number;
  readonly auc: number;
  /** Sensitivity and specificity at the threshold on those samples. */
  readonly sensitivity: number;
  readonly specificity: number;
}

/**
 * Chooses temperature (Guo et al. 2017) and threshold (Youden's J) from the scores of a validation split; keeps given ones.
 *
 * @throws {CtError} `CT_BAD_DATASET` if a class is missing.
 */
export function calibrate(
  scores: readonly SampleScore[],
  given: {
    readonly temperature?: number | undefined;
    readonly threshold?: number | undefined;
  } = {},
): Calibration {
  const labels = scores.map(({ sample }) => sample.target);
  if (new Set(labels).size < 2)
    throw new CtError('CT_BAD_DATASET', 'Expected validation samples of both classes to calibrate');
  const logits = scores.flatMap((score) => [...score.logits]);
  const fitted = fitTemperature(labels, logits);
  const temperature = given.temperature ?? (fitted.atBound ? 1 : fitted.temperature);
  const probabilities = applyTemperature(logits, temperature);
  const { threshold } =
    given.threshold === undefined
      ? chooseThreshold(labels, probabilities, { kind: 'youden' }, { placement: 'midpoint' })
      : { threshold: given.threshold };
  const matrix = confusionMatrixAt(labels, probabilities, threshold);
  const { truePositives, falseNegatives, trueNegatives, falsePositives } = matrix;
  return {
    temperature,
    threshold,
    samples: scores.length,
    sources: countSources(scores),
    auc: rocAuc(labels, probabilities),
    sensitivity: truePositives / (truePositives + falseNegatives),
    specificity: trueNegatives / (trueNegatives + falsePositives),
  };
}

function countSources(scores: readonly SampleScore[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { sample } of scores) counts[sample.source] = (counts[sample.source] ?? 0) + 1;
  return counts;
}
