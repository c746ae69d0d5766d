import type { Tensor } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../graph/op.js';
import { formatShape, ShapeError, sizeOf, type Shape } from '../../graph/shape.js';
import type { OnnxEmitter } from '../../onnx/onnx-emitter.js';

/**
 * `x · factor + term` with a factor and a term for each channel of `[N, C, H, W]`, written as a convolution with one weight per channel: ONNX
 * Runtime runs it in one pass over memory, together with the ReLU that follows, where Mul, Add and Relu take three.
 */
export function channelAffine(
  emit: OnnxEmitter,
  x: string,
  factor: string,
  term: string,
  channels: number,
): string {
  return emit.node(
    'Conv',
    [x, emit.reshape(factor, [channels, 1, 1, 1]), emit.reshape(term, [channels])],
    { kernel_shape: [1, 1], group: channels },
  );
}

/**
 * Mean and variance `[C]` over N, H and W of `[N, C, H, W]`, and the distances to the mean. Repeated calls for the same tensor share
 * the nodes.
 */
export function channelStatistics(
  emit: OnnxEmitter,
  x: string,
  shape: Shape,
): { mean: string; variance: string; distance: string } {
  return emit.once(`statistics of ${x}`, () => {
    const [n, c, h, w] = shape as [number, number, number, number];
    const mean = emit.reduceMean(emit.reshape(x, [n, c, h * w]), [0, 2]);
    const distance = emit.sub(x, emit.reshape(mean, [1, c, 1, 1]));
    const squares = emit.reshape(emit.mul(distance, distance), [n, c, h * w]);
    const variance = emit.reshape(emit.reduceMean(squares, [0, 2]), [c]);
    return { mean: emit.reshape(mean, [c]), variance, distance };
  });
}

/** Sums over N, H and W: `[N, C, H, W]` to `[C]`. */
export function channelSums(emit: OnnxEmitter, x: string, shape: Shape): string {
  const [n, c, h, w] = shape as [number, number, number, number];
  return emit.reshape(emit.reduceSum(emit.reshape(x, [n, c, h * w]), [0, 2]), [c]);
}

/** The variance that divides by one less than the number of values, as PyTorch keeps it for inference. */
export function unbiased(emit: OnnxEmitter, variance: string, shape: Shape): string {
  return emit.mul(variance, emit.scalar(besselFactor(sizeOf(shape) / shape[1]!)));
}

/** A running statistic after this batch. @param momentum weight of the batch. */
export function blend(emit: OnnxEmitter, running: string, now: string, momentum: number): string {
  return emit.add(
    emit.mul(running, emit.scalar(1 - momentum)),
    emit.mul(now, emit.scalar(momentum)),
  );
}

/** {@link blend} in tfjs. */
export function blendTfjs(tf: Tfjs, running: Tensor, now: Tensor, momentum: number): Tensor {
  return tf.add(tf.mul(running, 1 - momentum), tf.mul(now, momentum));
}

/** Mean and variance `[C]` over N, H and W in tfjs, the distances to the mean, and the unbiased variance of {@link unbiased}. */
export function channelStatisticsTfjs(
  tf: Tfjs,
  x: Tensor,
): { mean: Tensor; variance: Tensor; distance: Tensor; unbiased: Tensor } {
  const mean = channelMeansTfjs(tf, x);
  const distance = tf.sub(x, mean);
  const variance = channelMeansTfjs(tf, tf.square(distance));
  const factor = besselFactor(x.size / mean.size);
  return { mean, variance, distance, unbiased: tf.mul(variance, factor) };
}

/** One axis at a time: TensorFlow's mean over three at once is half as fast, and its single running sum loses precision. */
function channelMeansTfjs(tf: Tfjs, x: Tensor): Tensor {
  return tf.mean(tf.mean(tf.mean(x, 2), 1), 0);
}

function besselFactor(count: number): number {
  return count / Math.max(1, count - 1);
}

/** @throws {ShapeError} when they are not four vectors of that length. */
export function requireVectors(op: string, vectors: readonly Shape[], length: number): void {
  const bad = vectors.find((vector) => vector.length !== 1 || vector[0] !== length);
  if (vectors.length === 4 && !bad) return;
  throw new ShapeError(
    op,
    `four vectors of ${length}`,
    bad ? formatShape(bad) : String(vectors.length),
  );
}
