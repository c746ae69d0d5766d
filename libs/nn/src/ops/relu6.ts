import type { Op } from '../graph/op.js';

/** `min(max(x, 0), 6)`; the gradient at 0 and 6 is 0, as in PyTorch. */
export const relu6: Op = {
  name: 'relu6',
  shape: ([x]) => x!,
  forward: ({ emit, inputs }) => ({
    output: emit.node('Clip', [inputs[0]!, emit.scalar(0), emit.scalar(6)]),
  }),
  backward: ({ emit, output, gradient }) => {
    // x(6 − x) is above 0 between the bounds and 0 at them; a step within the smallest floats, as in ReLU's gradient, turns it into a
    // mask. All of it runs on all cores; casting a mask of booleans does not.
    const between = emit.mul(output, emit.sub(emit.scalar(6), output));
    const step = emit.node('HardSigmoid', [between], {
      alpha: { float: 3e38 },
      beta: { float: 0 },
    });
    return [emit.mul(gradient, step)];
  },
  tfjs: ({ tf, inputs: [x] }) => tf.relu6(x!),
};
