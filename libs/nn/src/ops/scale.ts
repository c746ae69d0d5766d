import type { Op } from '../graph/op.js';

/** `x · factor`. */
export function scale(factor: number): Op {
  return {
    name: 'scale',
    shape: ([x]) => x!,
    forward: ({ emit, inputs }) => ({ output: emit.mul(inputs[0]!, emit.scalar(factor)) }),
    backward: ({ emit, gradient }) => [emit.mul(gradient, emit.scalar(factor))],
    tfjs: ({ tf, inputs: [x] }) => tf.mul(x!, factor),
  };
}
