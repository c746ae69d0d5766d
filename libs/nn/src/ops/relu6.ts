import type { Op } from '../graph/op.js';

/** `min(max(x, 0), 6)`; the gradient at 0 and 6 is 0, as in PyTorch. */
export const relu6: Op = {
  name: 'relu6',
  shape: ([x]) => x!,
  forward: ({ emit, inputs }) => ({
    output: emit.node('Clip', [inputs[0]!, emit.scalar(0), emit.scalar(6)]),
  }),
  backward: ({ emit, output, gradient }) => {
    // Together as booleans, of one byte: two masks of floats would be twice the passes over memory.
    const inside = emit.node('And', [
      emit.node('Greater', [output, emit.scalar(0)]),
      emit.node('Less', [output, emit.scalar(6)]),
    ]);
    return [emit.mul(gradient, emit.node('Cast', [inside], { to: 1 }))];
  },
  tfjs: ({ tf, inputs: [x] }) => tf.relu6(x!),
};
