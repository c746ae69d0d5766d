import type { Op } from '../graph/op.js';
import { formatShape, ShapeError, sizeOf, type Shape } from '../graph/shape.js';
import { channelsFirst, channelsLast } from './parts/tfjs-layout.js';

/** The same values in another shape. It fixes the batch size, so use it in losses, not in networks. */
export function reshape(to: Shape): Op {
  return {
    name: 'reshape',
    shape: ([x]) => {
      if (sizeOf(x!) !== sizeOf(to))
        throw new ShapeError(
          'reshape',
          `${sizeOf(to)} values for ${formatShape(to)}`,
          formatShape(x!),
        );
      return to;
    },
    forward: ({ emit, inputs }) => ({ output: emit.reshape(inputs[0]!, to) }),
    backward: ({ emit, shapes, gradient }) => [emit.reshape(gradient, shapes[0]!)],
    tfjs: ({ tf, inputs: [x], shape }) =>
      channelsLast(tf, tf.reshape(channelsFirst(tf, x!), [...shape])),
  };
}
