import type { Op } from '../graph/op.js';

/** `1 / (1 + exp(−x))`. */
export const sigmoid: Op = {
  name: 'sigmoid',
  shape: ([x]) => x!,
  forward: ({ emit, inputs }) => ({ output: emit.node('Sigmoid', inputs) }),
  backward: ({ emit, output, gradient }) => [
    emit.mul(gradient, emit.mul(output, emit.sub(emit.scalar(1), output))),
  ],
  tfjs: ({ tf, inputs: [x] }) => tf.sigmoid(x!),
};
