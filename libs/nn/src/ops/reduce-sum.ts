import type { Op } from '../graph/op.js';
import { formatShape, ShapeError } from '../graph/shape.js';
import { tfjsAxis } from './parts/tfjs-layout.js';

/** Sums over axes, which are kept with size 1. */
export function reduceSum(axes: readonly number[]): Op {
  return {
    name: 'reduceSum',
    shape: ([x]) => {
      if (axes.some((axis) => axis < 0 || axis >= x!.length)) {
        throw new ShapeError('reduceSum', `axes of ${formatShape(x!)}`, axes.join(', '));
      }
      return x!.map((size, i) => (axes.includes(i) ? 1 : size));
    },
    forward: ({ emit, inputs }) => ({ output: emit.reduceSum(inputs[0]!, axes) }),
    backward: ({ emit, shapes, gradient }) => [
      emit.node('Expand', [gradient, emit.integers([...shapes[0]!])]),
    ],
    // One axis at a time, the innermost first: TensorFlow adds several at once in one running sum, which loses precision.
    tfjs: ({ tf, inputs: [x], shape }) =>
      axes
        .map((axis) => tfjsAxis(axis, shape.length))
        .toSorted((a, b) => b - a)
        .reduce((sum, axis) => tf.sum(sum, axis, true), x!),
  };
}
