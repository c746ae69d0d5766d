import type { Op } from '../graph/op.js';
import { formatShape, ShapeError } from '../graph/shape.js';

/**
 * Dropout (Srivastava et al. 2014). The second input is the mask: 0 where a value is dropped and `1 / (1 − rate)` elsewhere. It is an
 * input, not drawn in the graph, so that a resumed run drops the same values. In inference it does nothing.
 */
export function dropout(rate: number): Op {
  if (!(rate >= 0 && rate < 1))
    throw new RangeError(`Expected a dropout rate in [0, 1), got ${rate}`);
  return {
    name: 'dropout',
    shape: ([x, mask]) => {
      if (formatShape(x!) !== formatShape(mask!))
        throw new ShapeError('dropout mask', formatShape(x!), formatShape(mask!));
      return x!;
    },
    forward: ({ emit, inputs, mode }) => ({
      output:
        mode === 'training'
          ? emit.mul(inputs[0]!, inputs[1]!)
          : emit.node('Identity', [inputs[0]!]),
    }),
    backward: ({ emit, inputs, gradient }) => [emit.mul(gradient, inputs[1]!), undefined],
    tfjs: ({ tf, inputs: [x, mask] }) => tf.mul(x!, mask!),
  };
}
