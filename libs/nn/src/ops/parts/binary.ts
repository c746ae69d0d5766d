import type { Tensor } from '@tensorflow/tfjs-core';
import type { BackwardContext, Op, Tfjs } from '../../graph/op.js';
import { broadcastShape, type Shape } from '../../graph/shape.js';
import type { OnnxEmitter } from '../../onnx/onnx-emitter.js';
import { channelsLast } from './tfjs-layout.js';

/** The operations that the gradients of {@link binary} use. */
interface BinaryBackward {
  readonly emit: OnnxEmitter;
  readonly a: string;
  readonly b: string;
  readonly output: string;
  readonly gradient: string;
}

/**
 * An op of two inputs, element by element, either of which may broadcast over the other: add, sub, mul and div.
 *
 * @param parts the gradient of each input, before it is summed over the axes along which the input was repeated.
 */
export function binary(
  name: string,
  type: string,
  parts: readonly [(c: BinaryBackward) => string, (c: BinaryBackward) => string],
  tfjs: (tf: Tfjs, a: Tensor, b: Tensor) => Tensor,
): Op {
  return {
    name,
    shape: ([a, b]) => broadcastShape(name, a!, b!),
    forward: ({ emit, inputs }) => ({ output: emit.node(type, inputs) }),
    backward: ({ emit, inputs, shapes, shape, output, gradient, wanted }: BackwardContext) => {
      const context = { emit, a: inputs[0]!, b: inputs[1]!, output, gradient };
      return parts.map((part, i) =>
        wanted[i] === true ? unbroadcast(emit, part(context), shape, shapes[i]!) : undefined,
      );
    },
    tfjs: ({ tf, inputs: [a, b], shape }) =>
      tfjs(tf, alignAxes(tf, a!, shape.length), alignAxes(tf, b!, shape.length)),
  };
}

/** A tensor of fewer axes with its missing axes of size 1 added, in channels-last order. */
function alignAxes(tf: Tfjs, x: Tensor, rank: number): Tensor {
  if (rank !== 4 || x.rank === rank) return x;
  const whole = tf.reshape(x, [...Array<number>(rank - x.rank).fill(1), ...x.shape]);
  return channelsLast(tf, whole);
}

/** Sums a gradient over the axes along which an input was broadcast, back to the input's shape. */
function unbroadcast(emit: OnnxEmitter, gradient: string, from: Shape, to: Shape): string {
  const missing = from.length - to.length;
  const axes = from
    .map((_, i) => i)
    .filter((i) => i < missing || (to[i - missing] === 1 && from[i] !== 1));
  const summed = axes.length > 0 ? emit.reduceSum(gradient, axes) : gradient;
  return missing > 0 ? emit.reshape(summed, to) : summed;
}
