import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../graph/op.js';

/*
 * TensorFlow's CPU kernels convolve, pool and reduce channels-last tensors: ops have every four-dimensional tensor as
 * `[N, H, W, C]` in their tfjs form, whether map or kernel. Tensors with other numbers of axes are as in the graph.
 */

/** `[N, C, H, W]` to `[N, H, W, C]`; other tensors unchanged, without a copy. */
export function channelsLast(tf: Tfjs, x: Tensor): Tensor {
  return x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : tf.reshape(x, x.shape);
}

/** `[N, H, W, C]` to `[N, C, H, W]`; other tensors unchanged, without a copy. */
export function channelsFirst(tf: Tfjs, x: Tensor): Tensor {
  return x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : tf.reshape(x, x.shape);
}

/** The position of one of the graph's axes in a tensor's tfjs form. */
export function tfjsAxis(axis: number, rank: number): number {
  return rank === 4 ? [0, 3, 1, 2][axis]! : axis;
}

/** Reorders one value per graph axis to the order of the tfjs form. */
export function tfjsOrder<T>(values: readonly T[]): T[] {
  if (values.length !== 4) return [...values];
  const [n, c, h, w] = values as readonly [T, T, T, T];
  return [n, h, w, c];
}
