import { aggregate } from '@groundglass/core';
import { chooseThreshold, rocAuc } from '@groundglass/metrics';

/** One series of a validation split: the probabilities of its slices. */
export interface ValidationSeries {
  readonly isPositive: boolean;
  readonly probabilities: readonly number[];
}

/** How well series are separated. */
export interface VolumeRule {
  readonly aggregation: string;
  readonly threshold: number;
  readonly series: number;
  readonly auc: number;
}

/**
 * Chooses the threshold of volumes by Youden's J, midway between two series.
 *
 * @throws {RangeError} if a class is missing.
 */
export function fitVolumeRule(
  series: readonly ValidationSeries[],
  aggregation: string,
): VolumeRule {
  const positives = series.filter(({ isPositive }) => isPositive).length;
  if (positives === 0 || positives === series.length)
    throw new RangeError('Expected validation series of both classes');
  const labels = series.map(({ isPositive }) => (isPositive ? 1 : 0));
  const scores = series.map(({ probabilities }) => aggregate(aggregation, probabilities));
  const { threshold } = chooseThreshold(
    labels,
    scores,
    { kind: 'youden' },
    { placement: 'midpoint' },
  );
  return { aggregation, threshold, series: series.length, auc: rocAuc(labels, scores) };
}
