import type { Numbers } from './check.js';
import { checkInteger, checkLabelledProbabilities } from './check.js';

/** `width`: equal intervals of [0, 1]. `mass`: as near equal counts as ties allow (adaptive binning). */
export interface BinningOptions {
  readonly bins?: number;
  readonly strategy?: 'width' | 'mass';
}

/** One bar of a reliability diagram. */
export interface ReliabilityBin {
  /** The bin's edges for `width`; its smallest and largest probability for `mass`. */
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
  readonly meanProbability: number;
  /** Share of positives among the bin's samples. */
  readonly positiveFraction: number;
}

/** Mean squared error of the probabilities (Brier 1950), 0 is best. @throws {RangeError} on bad arguments. */
export function brierScore(labels: Numbers, probabilities: Numbers): number {
  checkLabelledProbabilities(labels, probabilities);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) sum += (probabilities[i]! - labels[i]!) ** 2;
  return sum / labels.length;
}

/**
 * Mean negative log-likelihood in nats. Probabilities are clipped to [2^-52, 1 - 2^-52] as scikit-learn does,
 * so that one confident mistake costs 36 nats, not Infinity.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, or a probability outside [0, 1].
 */
export function logLoss(labels: Numbers, probabilities: Numbers): number {
  checkLabelledProbabilities(labels, probabilities);
  let sum = 0;
  for (let i = 0; i < labels.length; i++) {
    const probability = probabilities[i]!;
    const clipped = Math.min(Math.max(probability, Number.EPSILON), 1 - Number.EPSILON);
    sum -= Math.log(labels[i] === 1 ? clipped : 1 - clipped);
  }
  return sum / labels.length;
}

/**
 * Bins of a reliability diagram of P(positive), ascending, without empty ones.
 *
 * `width` (default, 15 bins as Guo et al. 2017): bin k holds `k / bins < p <= (k + 1) / bins`, the first one
 * also 0. `mass`: the sample of rank r of n goes to bin ⌊r · bins / n⌋; equal probabilities share the bin of
 * the first of them, so the result does not depend on the order of the samples.
 *
 * @throws {RangeError} on empty input, a length mismatch, a label other than 0 and 1, a probability outside
 * [0, 1], or `bins` below 1.
 */
export function reliabilityBins(
  labels: Numbers,
  probabilities: Numbers,
  { bins = 15, strategy = 'width' }: BinningOptions = {},
): ReliabilityBin[] {
  checkLabelledProbabilities(labels, probabilities);
  checkInteger('bins', bins, 1);
  const counts = new Float64Array(bins);
  const positives = new Float64Array(bins);
  const sums = new Float64Array(bins);
  const lowest = new Float64Array(bins).fill(Infinity);
  const highest = new Float64Array(bins).fill(-Infinity);
  const binOf = strategy === 'width' ? widthBins(bins) : massBins(probabilities, bins);
  for (let i = 0; i < labels.length; i++) {
    const probability = probabilities[i]!;
    const bin = binOf(probability);
    counts[bin]! += 1;
    positives[bin]! += labels[i]!;
    sums[bin]! += probability;
    lowest[bin] = Math.min(lowest[bin]!, probability);
    highest[bin] = Math.max(highest[bin]!, probability);
  }
  const filled: ReliabilityBin[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const count = counts[bin]!;
    if (count === 0) continue;
    filled.push({
      lower: strategy === 'width' ? bin / bins : lowest[bin]!,
      upper: strategy === 'width' ? (bin + 1) / bins : highest[bin]!,
      count,
      meanProbability: sums[bin]! / count,
      positiveFraction: positives[bin]! / count,
    });
  }
  return filled;
}

/**
 * Expected calibration error of P(positive): the mean over samples of |share of positives - mean probability|
 * of their bin (Naeini et al. 2015). With `strategy: 'mass'` it is the adaptive one (Nguyen & O'Connor 2015).
 * Not the top-label form, which scores `max(p, 1 - p)` against being right.
 *
 * @throws {RangeError} as {@link reliabilityBins} does.
 */
export function expectedCalibrationError(
  labels: Numbers,
  probabilities: Numbers,
  options: BinningOptions = {},
): number {
  let sum = 0;
  for (const bin of reliabilityBins(labels, probabilities, options)) {
    sum += bin.count * Math.abs(bin.positiveFraction - bin.meanProbability);
  }
  return sum / labels.length;
}

function widthBins(bins: number): (probability: number) => number {
  return (probability) => {
    let bin = Math.min(bins - 1, Math.max(0, Math.ceil(probability * bins) - 1));
    // The product can round across an edge: 0.07 · 100 is 7.000000000000001.
    while (bin > 0 && probability <= bin / bins) bin--;
    while (bin < bins - 1 && probability > (bin + 1) / bins) bin++;
    return bin;
  };
}

function massBins(probabilities: Numbers, bins: number): (probability: number) => number {
  const sorted = Float64Array.from(probabilities).sort();
  const binOf = new Map<number, number>();
  for (let rank = 0; rank < sorted.length; rank++) {
    const probability = sorted[rank]!;
    if (!binOf.has(probability)) binOf.set(probability, Math.floor((rank * bins) / sorted.length));
  }
  return (probability) => binOf.get(probability)!;
}
