import type { Op } from '../graph/op.js';
import { broadcastShape, type Shape } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';

/*
 * Add, Sub, Mul and Div share their shape rule and how a gradient is summed over repeated axes: four ops in one file.
 */

/** Sums a gradient over the axes along which an input was repeated, back to the input's shape. */
export function unbroadcast(emit: OnnxEmitter, gradient: string, from: Shape, to: Shape): string {
  const missing = from.length - to.length;
  const axes = from
    .map((_, i) => i)
    .filter((i) => i < missing || (to[i - missing] === 1 && from[i] !== 1));
  const summed = axes.length > 0 ? emit.reduceSum(gradient, axes) : gradient;
  return missing > 0 ? emit.reshape(summed, to) : summed;
}

function binary(
  name: string,
  type: string,
  gradients: (c: {
    emit: OnnxEmitter;
    a: string;
    b: string;
    output: string;
    gradient: string;
  }) => [() => string, () => string],
): Op {
  return {
    name,
    attributes: {},
    shape: ([a, b]) => broadcastShape(name, a!, b!),
    forward: ({ emit, inputs }) => ({ output: emit.node(type, inputs) }),
    backward: ({ emit, inputs, shapes, shape, output, gradient, wanted }) => {
      const parts = gradients({ emit, a: inputs[0]!, b: inputs[1]!, output, gradient });
      return parts.map((part, i) =>
        wanted[i] === true ? unbroadcast(emit, part(), shape, shapes[i]!) : undefined,
      );
    },
  };
}

/** `a + b`. */
export const add = binary('add', 'Add', ({ gradient }) => [() => gradient, () => gradient]);

/** `a − b`. */
export const sub = binary('sub', 'Sub', ({ emit, gradient }) => [
  () => gradient,
  () => emit.node('Neg', [gradient]),
]);

/** `a · b`. */
export const mul = binary('mul', 'Mul', ({ emit, a, b, gradient }) => [
  () => emit.mul(gradient, b),
  () => emit.mul(gradient, a),
]);

/** `a / b`. */
export const div = binary('div', 'Div', ({ emit, b, output, gradient }) => [
  () => emit.div(gradient, b),
  () => emit.node('Neg', [emit.div(emit.mul(gradient, output), b)]),
]);
