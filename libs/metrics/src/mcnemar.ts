import type { Numbers } from './check.js';
import { checkBinary, checkNotEmpty, checkSameLength } from './check.js';
import { normalTail } from './normal-distribution.js';

/** McNemar's test of two classifiers' decisions on the same samples. */
export interface McNemarResult {
  readonly onlyFirstCorrect: number;
  readonly onlySecondCorrect: number;
  /** Two-sided exact binomial p value: the one to report when fewer than about 25 samples are discordant. */
  readonly exactPValue: number;
  /** `(max(0, |b - c| - 1))² / (b + c)`, Edwards' continuity correction, 1 degree of freedom. */
  readonly chiSquare: number;
  readonly chiSquarePValue: number;
}

/**
 * McNemar's test (1947) on decisions, all arguments 0 or 1. Only the discordant samples count: b where only the
 * first is right, c where only the second is. With b + c = 0 there is no observed difference: p = 1.
 *
 * @throws {RangeError} on empty input, a length mismatch, or a value other than 0 and 1.
 */
export function mcnemarTest(labels: Numbers, first: Numbers, second: Numbers): McNemarResult {
  checkNotEmpty('labels', labels);
  checkSameLength('labels', labels, 'first', first);
  checkSameLength('labels', labels, 'second', second);
  checkBinary('labels', labels);
  checkBinary('first', first);
  checkBinary('second', second);
  let onlyFirstCorrect = 0;
  let onlySecondCorrect = 0;
  for (let i = 0; i < labels.length; i++) {
    if (first[i] === second[i]) continue;
    if (first[i] === labels[i]) onlyFirstCorrect++;
    else onlySecondCorrect++;
  }
  const discordant = onlyFirstCorrect + onlySecondCorrect;
  const gap = Math.max(0, Math.abs(onlyFirstCorrect - onlySecondCorrect) - 1);
  const chiSquare = discordant === 0 ? 0 : (gap * gap) / discordant;
  return {
    onlyFirstCorrect,
    onlySecondCorrect,
    exactPValue: Math.min(
      1,
      2 * fairCoinTail(Math.min(onlyFirstCorrect, onlySecondCorrect), discordant),
    ),
    chiSquare,
    // A chi-square variable with 1 degree of freedom is a squared standard normal.
    chiSquarePValue: Math.min(1, 2 * normalTail(Math.sqrt(chiSquare))),
  };
}

/** P(X <= k) of the binomial(n, 1/2), in logs so that n may be large. */
function fairCoinTail(k: number, n: number): number {
  let logTerm = -n * Math.LN2;
  for (let i = 1; i <= k; i++) logTerm += Math.log((n - k + i) / i);
  let term = 1;
  let sum = 1;
  for (let i = k; i >= 1; i--) {
    term *= i / (n - i + 1);
    sum += term;
  }
  return Math.exp(logTerm) * sum;
}
