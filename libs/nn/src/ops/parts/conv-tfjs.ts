import type { Rank, Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../graph/op.js';
import type { ConvGeometry } from '../conv.js';

/**
 * A convolution of `[N, H, W, C]` with weights `[O, K, L, C / groups]`. Dilated kernels are written as one product per tap, since tfjs has no
 * gradient for them.
 */
export function convTfjs(
  tf: Tfjs,
  x: Tensor,
  weight: Tensor,
  bias: Tensor | undefined,
  g: ConvGeometry,
): Tensor {
  // TensorFlow's kernels support only "same" and "valid" padding.
  const pads = [g.top, g.bottom, g.left, g.right].some((size) => size > 0);
  const padded = pads
    ? tf.pad(x as Tensor4D, [
        [0, 0],
        [g.top, g.bottom],
        [g.left, g.right],
        [0, 0],
      ])
    : (x as Tensor4D);
  const kernel = tf.transpose(weight, [1, 2, 3, 0]) as Tensor4D;
  const y = grouped(tf, padded, kernel, g);
  return bias ? tf.add(y, bias) : y;
}

/** `kernel` is `[K, L, C / groups, O]`. */
function grouped(tf: Tfjs, x: Tensor4D, kernel: Tensor4D, g: ConvGeometry): Tensor4D {
  const { groups, dilation, stride } = g;
  if (groups === 1) {
    return dilation === 1 ? tf.conv2d(x, kernel, stride, 'valid') : byTaps(tf, x, kernel, g, true);
  }
  const perGroup = kernel.shape[2];
  const outputs = kernel.shape[3] / groups;
  if (perGroup === 1 && outputs === 1) {
    // Depthwise: tfjs has the channels third.
    if (dilation === 1) {
      return tf.depthwiseConv2d(x, tf.transpose(kernel, [0, 1, 3, 2]), stride, 'valid');
    }
    return byTaps(tf, x, kernel, g, false);
  }
  const parts = tf
    .split(x, groups, 3)
    .map((part, i) =>
      grouped(
        tf,
        part as Tensor4D,
        tf.slice(kernel, [0, 0, 0, i * outputs], [-1, -1, -1, outputs]),
        { ...g, groups: 1 },
      ),
    );
  return tf.concat(parts, 3);
}

/** Sum over the taps: one matrix product each, or, with `dense` false, a product by channel. */
function byTaps(
  tf: Tfjs,
  x: Tensor4D,
  kernel: Tensor4D,
  { stride, dilation }: ConvGeometry,
  dense: boolean,
): Tensor4D {
  const [n, h, w, c] = x.shape;
  const [k, l, , o] = kernel.shape;
  const rows = Math.floor((h - dilation * (k - 1) - 1) / stride) + 1;
  const columns = Math.floor((w - dilation * (l - 1) - 1) / stride) + 1;
  let sum: Tensor4D | undefined;
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < l; j++) {
      const tap = everyNth(tf, x, [i * dilation, j * dilation], [rows, columns], stride);
      const weights = tf.reshape(tf.slice(kernel, [i, j, 0, 0], [1, 1, -1, -1]), [-1, o]);
      const part = dense
        ? tf.reshape(tf.matMul(tf.reshape<Rank.R2>(tap, [-1, c]), weights as Tensor2D), [
            n,
            rows,
            columns,
            o,
          ])
        : tf.mul<Tensor4D>(tap, tf.reshape(weights, [1, 1, 1, o]));
      sum = (sum ? tf.add(sum, part) : part) as Tensor4D;
    }
  }
  return sum!;
}

/** `count` rows and columns from `start` on, `stride` apart; tfjs's own stridedSlice has no gradient. */
function everyNth(
  tf: Tfjs,
  x: Tensor4D,
  start: readonly [number, number],
  [rows, columns]: readonly [number, number],
  stride: number,
): Tensor4D {
  const [n, , , c] = x.shape;
  if (stride === 1) return tf.slice(x, [0, ...start, 0], [n, rows, columns, c]);
  const room = stride - 1;
  const longer = tf.pad(x, [
    [0, 0],
    [0, room],
    [0, room],
    [0, 0],
  ]);
  const part = tf.slice(longer, [0, ...start, 0], [n, rows * stride, columns * stride, c]);
  const apart = tf.reshape(part, [n * rows, stride, columns, stride * c]);
  return tf.reshape(tf.slice(apart, [0, 0, 0, 0], [n * rows, 1, columns, c]), [
    n,
    rows,
    columns,
    c,
  ]);
}
