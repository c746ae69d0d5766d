import type { Op } from '../graph/op.js';
import { formatShape, ShapeError } from '../graph/shape.js';
import { tfjsOrder } from './parts/tfjs-layout.js';

/** The part `[start, end)` of an axis. */
export function slice(axis: number, start: number, end: number): Op {
  return {
    name: 'slice',
    shape: ([x]) => {
      const size = x![axis];
      if (size === undefined || start < 0 || end > size || start >= end) {
        throw new ShapeError(
          'slice',
          `a range inside axis ${axis} of ${formatShape(x!)}`,
          `[${start}, ${end})`,
        );
      }
      return x!.map((length, i) => (i === axis ? end - start : length));
    },
    forward: ({ emit, inputs }) => ({ output: emit.slice(inputs[0]!, [start], [end], [axis]) }),
    backward: ({ emit, shapes, gradient }) => {
      const x = shapes[0]!;
      const before = x.map((_, i) => (i === axis ? start : 0));
      const after = x.map((size, i) => (i === axis ? size - end : 0));
      return [emit.pad(gradient, before, after)];
    },
    tfjs: ({ tf, inputs: [x], shape }) => {
      const starts = shape.map((_, i) => (i === axis ? start : 0));
      return tf.slice(x!, tfjsOrder(starts), tfjsOrder(shape));
    },
  };
}
