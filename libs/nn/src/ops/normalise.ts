import type { Op } from '../graph/op.js';
import { requireRank } from '../graph/shape.js';
import {
  channelAffine,
  channelStatistics,
  channelStatisticsTfjs,
  channelSums,
} from './parts/channels.js';

/*
 * Batch normalisation in three ops, for maps that many layers normalise, as in a DenseNet's block: `normalise`
 * and `moments` once for each map, `scaleAndShift` once for each layer. In training the concatenated maps are the normalised ones, and
 * the gradients of all layers are added before they pass the normalisation once. In inference `normalise` does nothing, and
 * `scaleAndShift` is a batch normalisation with the layer's own running statistics.
 */

/** `(x − μ) / σ` over N, H and W of `[N, C, H, W]`. */
export function normalise(epsilon = 1e-5): Op {
  return {
    name: 'normalise',
    shape: ([x]) => {
      requireRank('normalise', x!, 4);
      return x!;
    },
    forward: ({ emit, inputs, shape, mode }) => {
      if (mode === 'inference') return { output: emit.node('Identity', [inputs[0]!]) };
      const { distance, variance } = channelStatistics(emit, inputs[0]!, shape);
      const [, c] = shape as [number, number];
      const deviation = emit.node('Sqrt', [emit.add(variance, emit.scalar(epsilon))]);
      const inverse = emit.reshape(emit.node('Reciprocal', [deviation]), [1, c, 1, 1]);
      return { output: emit.mul(distance, inverse), saved: { inverse } };
    },
    // dx = (dy − mean(dy) − x̂ · mean(dy · x̂)) / σ
    backward: ({ emit, shape, output, saved, gradient }) => {
      const [n, c, h, w] = shape as [number, number, number, number];
      const inverse = saved.inverse!;
      const share = emit.mul(emit.reshape(inverse, [c]), emit.scalar(-1 / (n * h * w)));
      const sum = channelSums(emit, gradient, shape);
      const product = channelSums(emit, emit.mul(gradient, output), shape);
      const along = channelAffine(emit, output, emit.mul(share, product), emit.mul(share, sum), c);
      return [emit.add(along, emit.mul(gradient, inverse))];
    },
    tfjs: ({ tf, inputs: [x] }) => {
      const { distance, variance } = channelStatisticsTfjs(tf, x!);
      return tf.div(distance, tf.sqrt(tf.add(variance, epsilon)));
    },
  };
}
