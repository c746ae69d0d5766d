import { CtError } from '../errors.js';

/**
 * How a volume's score is computed from those of its slices that count. The default is the mean of their higher half: lesions show
 * in some slices only, so the mean over all dilutes them, and the maximum depends on one slice, which the diaphragm or motion can fool.
 */
export const defaultAggregation = 'top-mean:0.5';

/**
 * A volume's score from those of its slices. A slice at the cut-off counts partially, so that a scan of twice as many slices
 * with the same content has the same score.
 *
 * @param rule `max`, `mean`, or `top-mean:` and a fraction from 0 to 1.
 * @param probabilities at least one, those of the slices that count.
 * @throws {CtError} `CT_MODEL_INVALID` for another rule: it comes with the model.
 */
export function aggregate(rule: string, probabilities: readonly number[]): number {
  const descending = [...probabilities].sort((a, b) => b - a);
  if (rule === 'max') return descending[0]!;
  if (rule === 'mean') return topMean(descending, 1);
  const fraction = Number(/^top-mean:(0?\.\d+|1|1\.0+)$/.exec(rule)?.[1]);
  if (!(fraction > 0)) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `Expected aggregation "max", "mean" or "top-mean:<fraction>", got "${rule.slice(0, 40)}"`,
    );
  }
  return topMean(descending, fraction);
}

/** The mean of the highest `fraction` of the values, which are sorted. */
function topMean(descending: readonly number[], fraction: number): number {
  const weight = fraction * descending.length;
  let [left, sum] = [weight, 0];
  for (const value of descending) {
    const share = Math.min(1, left);
    sum += share * value;
    left -= share;
    if (left <= 0) break;
  }
  return sum / weight;
}

/** A description of the rule for people who read a score. */
export function describeAggregation(rule: string): string {
  const counted = 'of the slices with enough lung';
  if (rule === 'max') return `the highest score ${counted}`;
  if (rule === 'mean') return `the mean score ${counted}`;
  const percent = Math.round(Number(rule.split(':')[1]) * 100);
  return `the mean of the highest ${percent} % ${counted}`;
}
