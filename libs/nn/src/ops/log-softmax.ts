import type { Op } from '../graph/op.js';
import { requireRank } from '../graph/shape.js';

/** `x − log Σ exp(x)` over the classes of `[N, K]`. */
export const logSoftmax: Op = {
  name: 'logSoftmax',
  shape: ([x]) => {
    requireRank('logSoftmax', x!, 2);
    return x!;
  },
  forward: ({ emit, inputs }) => ({ output: emit.node('LogSoftmax', inputs, { axis: 1 }) }),
  backward: ({ emit, output, gradient }) => {
    const total = emit.reduceSum(gradient, [1]);
    return [emit.sub(gradient, emit.mul(emit.node('Exp', [output]), total))];
  },
  tfjs: ({ tf, inputs: [x] }) => tf.logSoftmax(x!, 1),
};
