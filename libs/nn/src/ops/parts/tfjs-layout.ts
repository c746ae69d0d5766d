import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../graph/op.js';

/** Our `[N, C, H, W]` as tfjs has it in convolutions and pooling. */
export function toNhwc(tf: Tfjs, x: Tensor): Tensor4D {
  return tf.transpose(x, [0, 2, 3, 1]) as Tensor4D;
}

/** The way back from {@link toNhwc}. */
export function toNchw(tf: Tfjs, x: Tensor): Tensor {
  return tf.transpose(x, [0, 3, 1, 2]);
}

/** A value for each channel, `[C]`, to repeat over `[N, C, H, W]`. */
export function byChannel(tf: Tfjs, values: Tensor): Tensor {
  return tf.reshape(values, [1, -1, 1, 1]);
}
