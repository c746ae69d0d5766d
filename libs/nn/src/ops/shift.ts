import type { Op } from '../graph/op.js';

/** `x + term`. */
export function shift(term: number): Op {
  return {
    name: 'shift',
    shape: ([x]) => x!,
    forward: ({ emit, inputs }) => ({ output: emit.add(inputs[0]!, emit.scalar(term)) }),
    backward: ({ gradient }) => [gradient],
    tfjs: ({ tf, inputs: [x] }) => tf.add(x!, term),
  };
}
