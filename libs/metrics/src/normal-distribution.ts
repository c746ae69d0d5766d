import { checkOpenUnit } from './check.js';

/**
 * Complementary error function, relative error below 1e-13: the all-positive series
 * `erf x = 2/√π e^(-x²) Σ 2ⁿ x^(2n+1) / (2n+1)!!` (Abramowitz & Stegun 7.1.6) near zero, the continued fraction
 * 7.1.14 in the tail, where `1 - erf` would cancel.
 */
function erfc(x: number): number {
  if (x < 0) return 2 - erfc(-x);
  const scale = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < 2) {
    let term = x;
    let sum = x;
    for (let n = 1; term > sum * 1e-17; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - 2 * scale * sum;
  }
  let fraction = x;
  // 120 levels reach double precision at x = 2, the slowest point.
  for (let k = 120; k >= 1; k--) fraction = x + k / 2 / fraction;
  return scale / fraction;
}

/** P(Z > z) of the standard normal distribution, accurate in the tail. */
export function normalTail(z: number): number {
  return erfc(z / Math.SQRT2) / 2;
}

/** P(Z <= z) of the standard normal distribution. */
export function normalCdf(z: number): number {
  return erfc(-z / Math.SQRT2) / 2;
}

/**
 * The z with P(Z <= z) = probability: a rational start (Abramowitz & Stegun 26.2.23, error < 4.5e-4) polished
 * by Halley steps, which triple the correct digits each time.
 *
 * @throws {RangeError} unless 0 < probability < 1.
 */
export function normalQuantile(probability: number): number {
  checkOpenUnit('probability', probability);
  if (probability > 0.5) return -normalQuantile(1 - probability);
  const t = Math.sqrt(-2 * Math.log(probability));
  const numerator = 2.515517 + t * (0.802853 + t * 0.010328);
  const denominator = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  let z = numerator / denominator - t;
  for (let step = 0; step < 3; step++) {
    const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
    // Far out the density underflows; the start cannot be improved there.
    if (density === 0) return z;
    const newton = (normalCdf(z) - probability) / density;
    z -= newton / (1 + (z * newton) / 2);
  }
  return z;
}

/** The z that leaves `(1 - level) / 2` in each tail: 1.96 for 0.95. @throws {RangeError} unless 0 < level < 1. */
export function twoSidedZ(level: number): number {
  checkOpenUnit('level', level);
  return -normalQuantile((1 - level) / 2);
}
