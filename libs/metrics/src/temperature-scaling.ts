import type { Numbers } from './check.js';
import { checkBinary, checkFinite, checkNotEmpty } from './check.js';

// Past these bounds every probability is 0 or 1, or 1/2, as far as a calibration set can show.
const lowestTemperature = 0.01;
const highestTemperature = 100;

/** A fitted temperature; negative log-likelihoods are means in nats. */
export interface FittedTemperature {
  readonly temperature: number;
  readonly lossBefore: number;
  readonly lossAfter: number;
  /**
   * True if no finite positive temperature is best and a bound (0.01 or 100) was returned: the logits separate
   * the classes perfectly, or are uninformative or inverted. Inspect before use.
   */
  readonly atBound: boolean;
}

/**
 * Fits the temperature T of `softmax(logits / T)` by minimising the negative log-likelihood (Guo et al. 2017).
 * Use validation data, never the data the weights were fitted on.
 *
 * Binary softmax depends only on the margin d = covid - non-covid, and the loss is convex in 1 / T, so this
 * bisects the sign of its derivative: no step size, no start value, no local minimum.
 *
 * @param labels - 0 or 1, `[N]`
 * @param logits - row-major `[N, 2]`: non-covid, covid
 * @throws {RangeError} on empty input, logits not twice as long as labels, a label other than 0 and 1, or a
 * logit that is not finite.
 */
export function fitTemperature(labels: Numbers, logits: Numbers): FittedTemperature {
  const margins = checkedMargins(logits);
  checkNotEmpty('labels', labels);
  checkBinary('labels', labels);
  if (margins.length !== labels.length) {
    throw new RangeError(
      `Expected logits to be [${labels.length}, 2] (length ${2 * labels.length}), got length ${logits.length}`,
    );
  }
  // Positive where the logits favour the true class.
  const correct = margins.map((margin, i) => (labels[i] === 1 ? margin : -margin));

  let low = Math.log(1 / highestTemperature);
  let high = Math.log(1 / lowestTemperature);
  const atLow = slope(correct, Math.exp(low)) >= 0;
  const atHigh = !atLow && slope(correct, Math.exp(high)) <= 0;
  if (atLow) high = low;
  if (atHigh) low = high;
  // 60 halvings of ln(10^4) end below the spacing of doubles.
  for (let step = 0; step < 60 && low < high; step++) {
    const middle = (low + high) / 2;
    if (slope(correct, Math.exp(middle)) < 0) low = middle;
    else high = middle;
  }
  const temperature = atLow
    ? highestTemperature
    : atHigh
      ? lowestTemperature
      : Math.exp(-(low + high) / 2);
  return {
    temperature,
    lossBefore: loss(correct, 1),
    lossAfter: loss(correct, 1 / temperature),
    atBound: atLow || atHigh,
  };
}

/**
 * P(covid) of each row of logits at a temperature: `1 / (1 + exp(-(covid - nonCovid) / T))`.
 *
 * @param logits - row-major `[N, 2]`: non-covid, covid
 * @throws {RangeError} on empty or odd-length logits, a logit that is not finite, or `temperature <= 0`.
 */
export function applyTemperature(logits: Numbers, temperature: number): Float64Array {
  const margins = checkedMargins(logits);
  if (!(temperature > 0 && temperature < Infinity)) {
    throw new RangeError(`Expected temperature > 0 and finite, got ${temperature}`);
  }
  return margins.map((margin) => 1 / (1 + Math.exp(-margin / temperature)));
}

function checkedMargins(logits: Numbers): Float64Array {
  checkNotEmpty('logits', logits);
  checkFinite('logits', logits);
  if (logits.length % 2 !== 0) {
    throw new RangeError(`Expected logits to be [N, 2], an even length, got ${logits.length}`);
  }
  const margins = new Float64Array(logits.length / 2);
  for (let i = 0; i < margins.length; i++) margins[i] = logits[2 * i + 1]! - logits[2 * i]!;
  return margins;
}

/** Mean of log(1 + exp(-m / T)), written so that neither end overflows. */
function loss(correctMargins: Float64Array, inverse: number): number {
  let sum = 0;
  for (const margin of correctMargins) {
    const scaled = margin * inverse;
    sum += Math.max(0, -scaled) + Math.log1p(Math.exp(-Math.abs(scaled)));
  }
  return sum / correctMargins.length;
}

/** Derivative of the summed loss by 1 / T. It rises with 1 / T. */
function slope(correctMargins: Float64Array, inverse: number): number {
  let sum = 0;
  for (const margin of correctMargins) sum -= margin / (1 + Math.exp(margin * inverse));
  return sum;
}
