import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../graph/op.js';

/*
 * TensorFlow's kernels for processors convolve, pool and reduce channels-last tensors: ops have every tensor of four axes as
 * `[N, H, W, C]` in their tfjs form, whether it is a map or a kernel. Tensors with other numbers of axes are as the graph has them.
 */

/** `[N, C, H, W]` to `[N, H, W, C]`; other tensors unchanged, without a copy. */
export function channelsLast(tf: Tfjs, x: Tensor): Tensor {
  return x.rank === 4 ? tf.transpose(x, [0, 2, 3, 1]) : tf.reshape(x, x.shape);
}

/** `[N, H, W, C]` to `[N, C, H, W]`; other tensors unchanged, without a copy. */
export function channelsFirst(tf: Tfjs, x: Tensor): Tensor {
  return x.rank === 4 ? tf.transpose(x, [0, 3, 1, 2]) : tf.reshape(x, x.shape);
}

/** Where the tfjs form of a tensor has an axis of the graph's. */
export function tfjsAxis(axis: number, rank: number): number {
  return rank === 4 ? [0, 3, 1, 2][axis]! : axis;
}

/** A value for each axis of the graph, in the order that the tfjs form has. */
export function tfjsOrder<T>(values: readonly T[]): T[] {
  if (values.length !== 4) return [...values];
  const [n, c, h, w] = values as readonly [T, T, T, T];
  return [n, h, w, c];
}
