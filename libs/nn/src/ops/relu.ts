import type { Op } from '../graph/op.js';

/** `max(x, 0)`; the gradient at 0 is 0, as in PyTorch. */
export const relu: Op = {
  name: 'relu',
  shape: ([x]) => x!,
  forward: ({ emit, inputs }) => ({ output: emit.node('Relu', inputs) }),
  backward: ({ emit, output, gradient }) => {
    // A step from 0 to 1 within the smallest floats: one pass on all cores, where Greater and Cast take two and Where uses one core.
    const step = emit.node('HardSigmoid', [output], { alpha: { float: 3e38 }, beta: { float: 0 } });
    return [emit.mul(gradient, step)];
  },
  tfjs: ({ tf, inputs: [x] }) => tf.relu(x!),
};
