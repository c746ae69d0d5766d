import type { Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError, sizeOf, type Shape } from '../graph/shape.js';

/*
 * Concat, slice, flatten and reshape move values and compute nothing: four ops in one file.
 */

/** Puts tensors side by side along an axis. */
export function concat(axis: number): Op {
  return {
    name: 'concat',
    attributes: { axis },
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
  };
}

/** The part `[start, end)` of an axis. */
export function slice(axis: number, start: number, end: number): Op {
  return {
    name: 'slice',
    attributes: { axis, start, end },
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
  };
}

/** `[N, …]` to `[N, rest]`. */
export const flatten: Op = {
  name: 'flatten',
  attributes: {},
  shape: ([x]) => [x![0]!, sizeOf(x!.slice(1))],
  forward: ({ emit, inputs }) => ({ output: emit.node('Flatten', inputs, { axis: 1 }) }),
  backward: ({ emit, shapes, gradient }) => [emit.reshape(gradient, shapes[0]!)],
};

/** The same values in another shape; it fixes the batch size, and so stands in losses and not in networks. */
export function reshape(to: Shape): Op {
  return {
    name: 'reshape',
    attributes: { to },
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
  };
}

/** Sums over axes, which stay with size 1. */
export function reduceSum(axes: readonly number[]): Op {
  return {
    name: 'reduceSum',
    attributes: { axes },
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
  };
}

/** `x · factor`. */
export function scale(factor: number): Op {
  return {
    name: 'scale',
    attributes: { factor },
    shape: ([x]) => x!,
    forward: ({ emit, inputs }) => ({ output: emit.mul(inputs[0]!, emit.scalar(factor)) }),
    backward: ({ emit, gradient }) => [emit.mul(gradient, emit.scalar(factor))],
  };
}

/** `x + term`. */
export function shift(term: number): Op {
  return {
    name: 'shift',
    attributes: { term },
    shape: ([x]) => x!,
    forward: ({ emit, inputs }) => ({ output: emit.add(inputs[0]!, emit.scalar(term)) }),
    backward: ({ gradient }) => [gradient],
  };
}

/** Fully connected: `[N, I]` times weights `[O, I]`, plus bias `[O]`; weights as PyTorch stores them. */
export const linear: Op = {
  name: 'linear',
  attributes: {},
  shape: ([x, weight, bias]) => {
    requireRank('linear input', x!, 2);
    requireRank('linear weights', weight!, 2);
    if (weight![1] !== x![1])
      throw new ShapeError('linear', `weights for ${x![1]!} inputs`, formatShape(weight!));
    if (bias!.length !== 1 || bias![0] !== weight![0])
      throw new ShapeError('linear bias', String(weight![0]), formatShape(bias!));
    return [x![0]!, weight![0]!];
  },
  forward: ({ emit, inputs }) => ({ output: emit.node('Gemm', inputs, { transB: 1 }) }),
  backward: ({ emit, inputs, gradient, wanted }) => [
    wanted[0] === true ? emit.matmul(gradient, inputs[1]!) : undefined,
    wanted[1] === true ? emit.matmul(emit.transpose(gradient, [1, 0]), inputs[0]!) : undefined,
    wanted[2] === true ? emit.reduceSum(gradient, [0], false) : undefined,
  ],
};
