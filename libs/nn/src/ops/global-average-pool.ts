import type { Op } from '../graph/op.js';
import { requireRank } from '../graph/shape.js';

/** The mean over all pixels: `[N, C, H, W]` to `[N, C, 1, 1]`. */
export const globalAveragePool: Op = {
  name: 'globalAveragePool',
  shape: ([x]) => {
    requireRank('globalAveragePool', x!, 4);
    return [x![0]!, x![1]!, 1, 1];
  },
  forward: ({ emit, inputs }) => ({ output: emit.node('GlobalAveragePool', inputs) }),
  backward: ({ emit, shapes, gradient }) => {
    const [, , h, w] = shapes[0] as [number, number, number, number];
    const share = emit.mul(gradient, emit.scalar(1 / (h * w)));
    return [emit.node('Expand', [share, emit.integers([...shapes[0]!])])];
  },
  tfjs: ({ tf, inputs: [x] }) => tf.mean(x!, [1, 2], true),
};
