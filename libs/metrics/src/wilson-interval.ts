import { checkInteger } from './check.js';
import { twoSidedZ } from './normal-distribution.js';

/** A confidence interval, both ends included. */
export interface Interval {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Wilson's score interval of a proportion (Wilson 1927, without continuity correction):
 * `(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)`. Unlike the Wald interval it stays in [0, 1] and has a
 * non-zero width at 0 of n and n of n.
 *
 * Assumes independent trials: for several slices of a patient use `patientBootstrap`.
 *
 * @throws {RangeError} unless `trials >= 1`, `0 <= successes <= trials`, both integers, and `0 < level < 1`.
 */
export function wilsonInterval(successes: number, trials: number, level = 0.95): Interval {
  checkInteger('trials', trials, 1);
  checkInteger('successes', successes, 0);
  if (successes > trials) {
    throw new RangeError(`Expected successes of at most trials (${trials}), got ${successes}`);
  }
  const z = twoSidedZ(level);
  const proportion = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const center = (proportion + (z * z) / (2 * trials)) / shrink;
  const variance = (proportion * (1 - proportion)) / trials + (z * z) / (4 * trials * trials);
  const half = (z * Math.sqrt(variance)) / shrink;
  return {
    // At the ends the formula is exactly 0 or 1, which rounding misses by an ulp or two.
    lower: successes === 0 ? 0 : Math.max(0, center - half),
    upper: successes === trials ? 1 : Math.min(1, center + half),
  };
}
