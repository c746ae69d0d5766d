import type { BackwardContext, ForwardContext, Op } from '../graph/op.js';

/*
 * ReLU, ReLU6, Sigmoid and Softplus differ by one expression each: four ops in one file.
 */

function activation(
  name: string,
  forward: (context: ForwardContext) => string,
  backward: (context: BackwardContext) => string,
): Op {
  return {
    name,
    attributes: {},
    shape: ([x]) => x!,
    forward: (context) => ({ output: forward(context) }),
    backward: (context) => [backward(context)],
  };
}

/** `max(x, 0)`; the gradient at 0 is 0, as in PyTorch. */
export const relu = activation(
  'relu',
  ({ emit, inputs }) => emit.node('Relu', inputs),
  // A step from 0 to 1 within the smallest floats, in one pass and on all cores, where Greater and Cast are two and Where uses one core.
  ({ emit, output, gradient }) =>
    emit.mul(
      gradient,
      emit.node('HardSigmoid', [output], { alpha: { float: 3e38 }, beta: { float: 0 } }),
    ),
);

/** `min(max(x, 0), 6)`; the gradient at 0 and 6 is 0, as in PyTorch. */
export const relu6 = activation(
  'relu6',
  ({ emit, inputs }) => emit.node('Clip', [inputs[0]!, emit.scalar(0), emit.scalar(6)]),
  ({ emit, output, gradient }) => {
    // Together as booleans, of one byte: two masks of floats would be twice the passes over memory.
    const inside = emit.node('And', [
      emit.node('Greater', [output, emit.scalar(0)]),
      emit.node('Less', [output, emit.scalar(6)]),
    ]);
    return emit.mul(gradient, emit.node('Cast', [inside], { to: 1 }));
  },
);

/** `1 / (1 + exp(−x))`. */
export const sigmoid = activation(
  'sigmoid',
  ({ emit, inputs }) => emit.node('Sigmoid', inputs),
  ({ emit, output, gradient }) =>
    emit.mul(gradient, emit.mul(output, emit.sub(emit.scalar(1), output))),
);

/** `log(1 + exp(x))`, without overflow. */
export const softplus = activation(
  'softplus',
  ({ emit, inputs }) => emit.node('Softplus', inputs),
  ({ emit, inputs, gradient }) => emit.mul(gradient, emit.node('Sigmoid', inputs)),
);
