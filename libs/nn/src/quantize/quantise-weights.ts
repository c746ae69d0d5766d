import type { FloatConstant } from './float-graph.js';

/** A convolution's 8-bit weights: `value * scale[channel]` is nearest to the float. */
export interface QuantisedWeights {
  /** -127 to 127; the range is symmetric, as ONNX Runtime's kernels require. */
  readonly values: Int8Array;
  /** Per output channel. */
  readonly scales: Float32Array;
}

/**
 * Rounds the weights of a convolution `[out, in, rows, columns]`, with a step size for each output channel.
 *
 * @param groups of its channels.
 */
export function quantiseWeights({ dims, data }: FloatConstant, groups: number): QuantisedWeights {
  const [channels, inputs] = dims as readonly [number, number];
  const size = data.length / channels;
  // Kernels of depthwise convolutions add in 32 bits everywhere.
  const isDepthwise = groups > 1 && groups === channels && inputs === 1;
  const values = new Int8Array(data.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const own = data.subarray(channel * size, (channel + 1) * size);
    const largest = isDepthwise ? Math.max(...own.map(Math.abs)) : largestPair(own, inputs);
    const scale = largest === 0 ? 1 : largest / 127;
    scales[channel] = scale;
    own.forEach((value, at) => (values[channel * size + at] = Math.round(value / scale)));
  }
  return { values, scales };
}

/**
 * The largest sum of two neighbouring weights, without their signs. On x86 processors without VNNI, ONNX Runtime's kernels add the
 * products of two neighbours and activations of up to 255 in 16 bits, which saturate: two weights of 127 return half of their sum without
 * an error. Two that add up to 128 never do (255 · 128 < 2¹⁵). Neighbours are those with the channel as the innermost axis.
 */
function largestPair(weights: Float32Array, inputs: number): number {
  const taps = weights.length / inputs;
  let [most, before] = [0, 0];
  for (let tap = 0; tap < taps; tap++) {
    for (let input = 0; input < inputs; input++) {
      const weight = Math.abs(weights[input * taps + tap]!);
      most = Math.max(most, before + weight);
      before = weight;
    }
  }
  return most;
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
