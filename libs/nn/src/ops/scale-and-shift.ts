import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackwardContext, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError } from '../graph/shape.js';
import { blend, blendTfjs, channelAffine, channelSums, requireVectors } from './parts/channels.js';

/**
 * `x̂ · γ + β` of a normalised map. Inputs: x̂, γ, β, running mean, running variance, and the `moments` of x.
 *
 * @param momentum weight of the batch's moments in the new running ones.
 */
export function scaleAndShift({ epsilon = 1e-5, momentum = 0.1 } = {}): Op {
  return {
    name: 'scaleAndShift',
    shape: ([x, ...vectors]) => {
      requireRank('scaleAndShift', x!, 4);
      requireVectors('scaleAndShift', vectors.slice(0, 4), x![1]!);
      const expected = formatShape([2, x![1]!]);
      if (formatShape(vectors[4] ?? []) !== expected)
        throw new ShapeError('scaleAndShift moments', expected, formatShape(vectors[4] ?? []));
      return x!;
    },
    forward: ({ emit, inputs, shape, mode }) => {
      const [x, gamma, beta, mean, variance, batch] = inputs as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      const c = shape[1]!;
      if (mode === 'inference') {
        const output = emit.node('BatchNormalization', [x, gamma, beta, mean, variance], {
          epsilon: { float: epsilon },
        });
        return { output };
      }
      const now = (row: number) => emit.reshape(emit.slice(batch, [row], [row + 1], [0]), [c]);
      return {
        output: channelAffine(emit, x, gamma, beta, c),
        updates: new Map([
          [3, blend(emit, mean, now(0), momentum)],
          [4, blend(emit, variance, now(1), momentum)],
        ]),
      };
    },
    backward: ({ emit, inputs, shape, gradient, wanted }: BackwardContext) => {
      const [x, gamma] = inputs as [string, string];
      const c = shape[1]!;
      const dx =
        wanted[0] === true ? emit.mul(gradient, emit.reshape(gamma, [1, c, 1, 1])) : undefined;
      return [
        dx,
        channelSums(emit, emit.mul(gradient, x), shape),
        channelSums(emit, gradient, shape),
        undefined,
        undefined,
        undefined,
      ];
    },
    tfjs: ({ tf, inputs, update }) => {
      const [x, gamma, beta, runningMean, runningVariance, batch] = inputs as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const [mean, variance] = tf.unstack(batch) as [Tensor, Tensor];
      update(3, blendTfjs(tf, runningMean, mean, momentum));
      update(4, blendTfjs(tf, runningVariance, variance, momentum));
      return tf.add(tf.mul(x, gamma), beta);
    },
  };
}
