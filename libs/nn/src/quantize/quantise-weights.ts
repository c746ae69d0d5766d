import type { FloatConstant } from './float-graph.js';

/** A convolution's 8-bit weights: `value * scale[channel]` is nearest to the float. */
export interface QuantisedWeights {
  /** -127 to 127; the range is symmetric, as ONNX Runtime's kernels require. */
  readonly values: Int8Array;
  /** Per output channel. */
  readonly scales: Float32Array;
}

/** Rounds the weights of a convolution `[out, in, rows, columns]`, with a step size for each output channel. */
export function quantiseWeights({ dims, data }: FloatConstant): QuantisedWeights {
  const channels = dims[0]!;
  const size = data.length / channels;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const own = data.subarray(channel * size, (channel + 1) * size);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const scale = largest === 0 ? 1 : largest / 127;
    scales[channel] = scale;
    own.forEach((value, at) => (values[channel * size + at] = Math.round(value / scale)));
  }
  return { values, scales };
}

/**
 * The shift that rounding the weights causes in the mean of each output channel, given the means of the input's channels; subtract it
 * from the bias (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias Correction", section 4.2, with means from pictures).
 */
export function biasErrors(
  { dims, data }: FloatConstant,
  { values, scales }: QuantisedWeights,
  means: Float64Array,
): Float64Array {
  const [channels, inputs] = dims as readonly [number, number];
  const size = data.length / channels;
  const taps = size / inputs;
  // A grouped convolution reads `inputs` channels for each of its groups.
  const groups = means.length / inputs;
  const outputsOfGroup = channels / groups;
  return Float64Array.from({ length: channels }, (_, channel) => {
    const first = Math.floor(channel / outputsOfGroup) * inputs;
    let sum = 0;
    for (let at = 0; at < size; at++) {
      const i = channel * size + at;
      sum += (values[i]! * scales[channel]! - data[i]!) * means[first + Math.floor(at / taps)]!;
    }
    return sum;
  });
}
