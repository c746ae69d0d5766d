import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackwardContext, ForwardContext, ForwardResult, Op } from '../graph/op.js';
import { requireRank } from '../graph/shape.js';
import {
  blend,
  blendTfjs,
  channelAffine,
  channelStatistics,
  channelStatisticsTfjs,
  channelSums,
  requireVectors,
  unbiased,
} from './parts/channels.js';

/** Attributes of batch normalisation, with PyTorch's defaults. */
export interface BatchNormAttributes {
  readonly epsilon?: number;
  /** Weight of the batch's statistics in the new running ones. */
  readonly momentum?: number;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015) over N, H and W of `[N, C, H, W]`. Inputs: x, scale γ, shift β, running mean, running
 * variance, each `[C]`.
 *
 * In training the statistics are the batch's, the variance as the mean of squared distances to the mean: E[x²] − mean² loses
 * precision if the mean is large. Running variance is unbiased, as in PyTorch. In inference the running ones are used.
 */
export function batchNorm({ epsilon = 1e-5, momentum = 0.1 }: BatchNormAttributes = {}): Op {
  return {
    name: 'batchNorm',
    attributes: { epsilon },
    shape: ([x, ...statistics]) => {
      requireRank('batchNorm', x!, 4);
      requireVectors('batchNorm', statistics, x![1]!);
      return x!;
    },
    forward: (context) =>
      context.mode === 'training'
        ? trainingForward(context, epsilon, momentum)
        : {
            output: context.emit.node('BatchNormalization', context.inputs, {
              epsilon: { float: epsilon },
            }),
          },
    backward,
    tfjs: ({ tf, inputs, update }) => {
      const [x, gamma, beta, runningMean, runningVariance] = inputs as [
        Tensor,
        Tensor,
        Tensor,
        Tensor,
        Tensor,
      ];
      const { mean, variance, distance, unbiased } = channelStatisticsTfjs(tf, x);
      update(3, blendTfjs(tf, runningMean, mean, momentum));
      update(4, blendTfjs(tf, runningVariance, unbiased, momentum));
      const factor = tf.div(gamma, tf.sqrt(tf.add(variance, epsilon)));
      return tf.add(tf.mul(distance, factor), beta);
    },
  };
}

function trainingForward(
  { emit, inputs, shape }: ForwardContext,
  epsilon: number,
  momentum: number,
): ForwardResult {
  const [x, gamma, beta, runningMean, runningVariance] = inputs as [
    string,
    string,
    string,
    string,
    string,
  ];
  const { mean, distance: images, variance } = channelStatistics(emit, x, shape);
  const inverse = emit.node('Reciprocal', [
    emit.node('Sqrt', [emit.add(variance, emit.scalar(epsilon))]),
  ]);
  const factor = emit.mul(gamma, inverse);
  return {
    output: channelAffine(emit, images, factor, beta, shape[1]!),
    saved: { images, inverse, factor },
    updates: new Map([
      [3, blend(emit, runningMean, mean, momentum)],
      [4, blend(emit, runningVariance, unbiased(emit, variance, shape), momentum)],
    ]),
  };
}

/**
 * With d the distance to the mean and a = γ/σ: dγ = Σ dy · d / σ, dβ = Σ dy, dx = a · dy + k · d + b, where
 * k = −a · Σ dy · d / (σ² M) and b = −a · Σ dy / M, where M is the number of values per channel.
 */
function backward({
  emit,
  shape,
  saved,
  gradient,
  wanted,
}: BackwardContext): (string | undefined)[] {
  const [n, c, h, w] = shape as [number, number, number, number];
  const { images, inverse, factor } = saved as { images: string; inverse: string; factor: string };
  const sum = channelSums(emit, gradient, shape);
  const product = channelSums(emit, emit.mul(gradient, images), shape);
  const scaleGradient = emit.mul(product, inverse);
  let dx: string | undefined;
  if (wanted[0] === true) {
    const share = emit.mul(factor, emit.scalar(-1 / (n * h * w)));
    const slope = emit.mul(emit.mul(share, inverse), scaleGradient);
    const along = channelAffine(emit, images, slope, emit.mul(share, sum), c);
    dx = emit.add(along, emit.mul(gradient, emit.reshape(factor, [1, c, 1, 1])));
  }
  return [dx, scaleGradient, sum, undefined, undefined];
}
