import { CtError } from '../errors.js';

/** Fewer slices than this are not averaged away by the fraction. */
const fewestSlices = 3;

/**
 * How the score of a volume follows from those of its slices. The default takes the mean of the highest tenth, of three slices
 * at least: lesions show in some slices only, so the mean over all dilutes them, and the maximum rests on one slice, which the
 * diaphragm or motion can fool.
 */
export const defaultAggregation = 'top-mean:0.1';

/**
 * The score of a volume from those of its slices.
 *
 * @param rule `max`, `mean`, or `top-mean:` and a fraction from 0 to 1.
 * @param probabilities at least one, those of the scored slices.
 * @throws {CtError} `CT_MODEL_INVALID` for another rule: it comes with the model.
 */
export function aggregate(rule: string, probabilities: readonly number[]): number {
  const descending = [...probabilities].sort((a, b) => b - a);
  if (rule === 'max') return descending[0]!;
  if (rule === 'mean') return mean(descending);
  const fraction = Number(/^top-mean:(0?\.\d+|1|1\.0+)$/.exec(rule)?.[1]);
  if (!(fraction > 0)) {
    throw new CtError(
      'CT_MODEL_INVALID',
      `Expected aggregation "max", "mean" or "top-mean:<fraction>", got "${rule.slice(0, 40)}"`,
    );
  }
  const count = Math.max(fewestSlices, Math.round(fraction * descending.length));
  return mean(descending.slice(0, count));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
