import type { Op } from '../graph/op.js';

/** `log(1 + exp(x))`, without overflow. */
export const softplus: Op = {
  name: 'softplus',
  shape: ([x]) => x!,
  forward: ({ emit, inputs }) => ({ output: emit.node('Softplus', inputs) }),
  backward: ({ emit, inputs, gradient }) => [emit.mul(gradient, emit.node('Sigmoid', inputs))],
  tfjs: ({ tf, inputs: [x] }) => tf.softplus(x!),
};
