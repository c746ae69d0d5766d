import type { Op } from '../graph/op.js';
import { formatShape, ShapeError } from '../graph/shape.js';
import { tfjsAxis } from './parts/tfjs-layout.js';

/** Concatenates tensors along an axis. */
export function concat(axis: number): Op {
  return {
    name: 'concat',
    shape: (shapes) => {
      const [first] = shapes;
      if (!first || axis < 0 || axis >= first.length)
        throw new ShapeError('concat', `an axis of ${formatShape(first ?? [])}`, String(axis));
      const differing = shapes.find(
        (s) => s.length !== first.length || s.some((size, i) => i !== axis && size !== first[i]),
      );
      if (differing) {
        throw new ShapeError(
          'concat',
          `shapes like ${formatShape(first)} but for axis ${axis}`,
          formatShape(differing),
        );
      }
      return first.map((size, i) =>
        i === axis ? shapes.reduce((sum, s) => sum + s[axis]!, 0) : size,
      );
    },
    forward: ({ emit, inputs }) => ({ output: emit.node('Concat', inputs, { axis }) }),
    backward: ({ emit, shapes, gradient, wanted }) => {
      let start = 0;
      return shapes.map((shape, i) => {
        const from = start;
        start += shape[axis]!;
        return wanted[i] === true ? emit.slice(gradient, [from], [start], [axis]) : undefined;
      });
    },
    tfjs: ({ tf, inputs, shape }) => tf.concat([...inputs], tfjsAxis(axis, shape.length)),
  };
}
