import type { Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError } from '../graph/shape.js';
import { tfjsOrder } from './parts/tfjs-layout.js';

/*
 * A depthwise convolution with stride 2 and its gradients are slow: zeros are inserted between the gradient's pixels, and every second
 * pixel is picked nine times. Here the picture is split into its four phases (even or odd rows and columns), one below the
 * other, while it has few channels; the layers before the convolution are pointwise, so they give the same values. The convolution
 * then has stride 1 and four inputs per channel. In inference the first op does nothing and the second is a strided convolution.
 */

/** `[N, C, H, W]` to `[N, C, 4 · H/2, W/2]`: the pixels of even rows and columns, then those of odd columns, odd rows, and both. */
export const spaceToPhases: Op = {
  name: 'spaceToPhases',
  shape: ([x]) => {
    requireRank('spaceToPhases', x!, 4);
    const [n, c, h, w] = x as [number, number, number, number];
    if (h % 2 !== 0 || w % 2 !== 0)
      throw new ShapeError('spaceToPhases', 'even rows and columns', formatShape(x!));
    return [n, c, 2 * h, w / 2];
  },
  forward: ({ emit, inputs, shapes, shape, mode }) => {
    if (mode === 'inference') return { output: emit.node('Identity', [inputs[0]!]) };
    const [n, c, h, w] = shapes[0] as [number, number, number, number];
    const single = emit.reshape(inputs[0]!, [n * c, 1, h, w]);
    return {
      output: emit.reshape(emit.node('SpaceToDepth', [single], { blocksize: 2 }), shape),
    };
  },
  backward: ({ emit, shapes, gradient }) => {
    const [n, c, h, w] = shapes[0] as [number, number, number, number];
    const phases = emit.reshape(gradient, [n * c, 4, h / 2, w / 2]);
    return [emit.reshape(emit.node('DepthToSpace', [phases], { blocksize: 2 }), shapes[0]!)];
  },
  tfjs: ({ tf, inputs: [x], shape }) => {
    const [n, h, w, c] = x!.shape as [number, number, number, number];
    const apart = tf.reshape(x!, [n, h / 2, 2, w / 2, 2, c]);
    return tf.reshape(tf.transpose(apart, [0, 2, 4, 1, 3, 5]), tfjsOrder(shape));
  },
};
