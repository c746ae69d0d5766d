import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { Op } from '../graph/op.js';
import type { Shape } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { coverage, poolAttributes, pooledShape, type PoolWindow } from './parts/pool-window.js';

/** Below every value that a network computes. */
const lowestFloat = -3e38;

/**
 * The largest value under a window. The gradient goes to the first of equal values, as in PyTorch, found by comparing each
 * tap with the maximum: WebGPU does not support the indices that `MaxPool` can return.
 */
export function maxPool(window: PoolWindow): Op {
  const { kernel, stride, padding = 0 } = window;
  return {
    name: 'maxPool',
    shape: ([x]) => pooledShape('maxPool', x!, window),
    forward: ({ emit, inputs }) => ({
      output: emit.node('MaxPool', inputs, poolAttributes(window)),
    }),
    backward: ({ emit, inputs, shapes, shape, output, gradient }) => {
      const [, , rows, columns] = shape as [number, number, number, number];
      const lowest = emit.scalar(lowestFloat);
      const around = [0, 0, padding, padding];
      const padded =
        padding === 0
          ? inputs[0]!
          : emit.node('Pad', [inputs[0]!, emit.integers([...around, ...around]), lowest]);
      const taps: string[][] = [];
      // 1 where no earlier tap was the maximum.
      let free: string | undefined;
      for (let row = 0; row < kernel; row++) {
        const inRow: string[] = [];
        for (let column = 0; column < kernel; column++) {
          const ends = [row + (rows - 1) * stride + 1, column + (columns - 1) * stride + 1];
          const tap = emit.slice(padded, [row, column], ends, [2, 3], [stride, stride]);
          const equal = emit.node('Cast', [emit.node('Equal', [tap, output])], { to: 1 });
          const first = free === undefined ? equal : emit.mul(equal, free);
          free = free === undefined ? emit.sub(emit.scalar(1), equal) : emit.sub(free, first);
          inRow.push(emit.mul(gradient, first));
        }
        taps.push(inRow);
      }
      return [scatterTaps(emit, taps, shapes[0]!, shape, window)];
    },
    tfjs: ({ tf, inputs: [x] }) => {
      // TensorFlow's kernels support only "same" and "valid" padding: pad with values that no maximum chooses.
      const around: [number, number] = [padding, padding];
      const padded = tf.pad(x as Tensor4D, [[0, 0], around, around, [0, 0]], lowestFloat);
      return tf.maxPool(padded, kernel, stride, 'valid');
    },
  };
}

/** Moves each tap's gradient `[N, C, h, w]` to its place in `[N, C, H, W]` and sums them. */
function scatterTaps(
  emit: OnnxEmitter,
  taps: readonly (readonly string[])[],
  x: Shape,
  y: Shape,
  window: PoolWindow,
): string {
  const [, , h, w] = x as [number, number, number, number];
  const [, , rows, columns] = y as [number, number, number, number];
  const stacked = (windows: number, size: number) =>
    Float32Array.from(
      Array.from({ length: window.kernel }, (_, from) => [
        ...coverage(windows, size, from, 1, window),
      ]).flat(),
    );
  const across = emit.floats(stacked(columns, w), [window.kernel * columns, w]);
  const wide = taps.map((row) => emit.matmul(emit.node('Concat', row, { axis: 3 }), across));
  const down = emit.floats(stacked(rows, h), [window.kernel * rows, h]);
  return emit.matmul(emit.transpose(down, [1, 0]), emit.node('Concat', wide, { axis: 2 }));
}
