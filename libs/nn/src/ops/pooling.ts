import type { Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError, type Shape } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';

/** Attributes of a pooling window. */
export interface PoolAttributes {
  readonly kernel: number;
  readonly stride: number;
  readonly padding?: number;
}

/*
 * Maximum, average and global average share the window's geometry: three ops in one file.
 */

function pooledShape(
  name: string,
  x: Shape,
  { kernel, stride, padding = 0 }: PoolAttributes,
): Shape {
  requireRank(name, x, 4);
  const [n, c, h, w] = x as [number, number, number, number];
  const size = (length: number) => Math.floor((length + 2 * padding - kernel) / stride) + 1;
  if (size(h) < 1 || size(w) < 1)
    throw new ShapeError(name, `an input of at least ${kernel}×${kernel}`, formatShape(x));
  return [n, c, size(h), size(w)];
}

function poolAttributes({ kernel, stride, padding = 0 }: PoolAttributes) {
  return {
    kernel_shape: [kernel, kernel],
    strides: [stride, stride],
    pads: [padding, padding, padding, padding],
  };
}

/**
 * `[windows, size]`: 1 where a window of `reach` values, `from` after the window's first, covers a value. Products with such matrices put
 * gradients back to where windows took values from; they run on all cores, where Pad and Slice use one.
 */
function coverage(
  windows: number,
  size: number,
  from: number,
  reach: number,
  { stride, padding = 0 }: PoolAttributes,
): Float32Array {
  const matrix = new Float32Array(windows * size);
  for (let i = 0; i < windows; i++) {
    const start = i * stride - padding + from;
    for (let k = Math.max(0, start); k < Math.min(size, start + reach); k++)
      matrix[i * size + k] = 1;
  }
  return matrix;
}

/** Puts each tap's gradient `[N, C, h, w]` back at its place in `[N, C, H, W]` and sums them. */
function scatterTaps(
  emit: OnnxEmitter,
  taps: readonly (readonly string[])[],
  x: Shape,
  y: Shape,
  attributes: PoolAttributes,
): string {
  const [, , h, w] = x as [number, number, number, number];
  const [, , rows, columns] = y as [number, number, number, number];
  const stacked = (windows: number, size: number) =>
    Float32Array.from(
      Array.from({ length: attributes.kernel }, (_, from) => [
        ...coverage(windows, size, from, 1, attributes),
      ]).flat(),
    );
  const across = emit.floats(stacked(columns, w), [attributes.kernel * columns, w]);
  const wide = taps.map((row) => emit.matmul(emit.node('Concat', row, { axis: 3 }), across));
  const down = emit.floats(stacked(rows, h), [attributes.kernel * rows, h]);
  return emit.matmul(emit.transpose(down, [1, 0]), emit.node('Concat', wide, { axis: 2 }));
}

/**
 * The largest value under a window. The gradient goes to the first of equal values, as in PyTorch; it is found by comparing each
 * tap with the maximum, since the indices that `MaxPool` can return do not exist on WebGPU.
 */
export function maxPool(attributes: PoolAttributes): Op {
  const { kernel, stride, padding = 0 } = attributes;
  return {
    name: 'maxPool',
    attributes: { ...attributes },
    shape: ([x]) => pooledShape('maxPool', x!, attributes),
    forward: ({ emit, inputs }) => ({
      output: emit.node('MaxPool', inputs, poolAttributes(attributes)),
    }),
    backward: ({ emit, inputs, shapes, shape, output, gradient }) => {
      const [, , rows, columns] = shape as [number, number, number, number];
      const lowest = emit.scalar(-3e38);
      const around = [0, 0, padding, padding];
      const padded =
        padding === 0
          ? inputs[0]!
          : emit.node('Pad', [inputs[0]!, emit.integers([...around, ...around]), lowest]);
      const taps: string[][] = [];
      // What no earlier tap has taken.
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
      return [scatterTaps(emit, taps, shapes[0]!, shape, attributes)];
    },
  };
}

/** The mean under a window without padding, as between DenseNet's blocks. */
export function averagePool(attributes: Omit<PoolAttributes, 'padding'>): Op {
  const { kernel } = attributes;
  return {
    name: 'averagePool',
    attributes: { ...attributes },
    shape: ([x]) => pooledShape('averagePool', x!, attributes),
    forward: ({ emit, inputs }) => ({
      output: emit.node('AveragePool', inputs, poolAttributes(attributes)),
    }),
    backward: ({ emit, shapes, shape, gradient }) => {
      const share = emit.mul(gradient, emit.scalar(1 / (kernel * kernel)));
      const [, , h, w] = shapes[0] as [number, number, number, number];
      const [, , rows, columns] = shape as [number, number, number, number];
      const across = emit.floats(coverage(columns, w, 0, kernel, attributes), [columns, w]);
      const down = emit.floats(coverage(rows, h, 0, kernel, attributes), [rows, h]);
      return [emit.matmul(emit.transpose(down, [1, 0]), emit.matmul(share, across))];
    },
  };
}

/** The mean over all pixels: `[N, C, H, W]` to `[N, C, 1, 1]`. */
export const globalAveragePool: Op = {
  name: 'globalAveragePool',
  attributes: {},
  shape: ([x]) => {
    requireRank('globalAveragePool', x!, 4);
    return [x![0]!, x![1]!, 1, 1];
  },
  forward: ({ emit, inputs }) => ({ output: emit.node('GlobalAveragePool', inputs) }),
  backward: ({ emit, shapes, gradient }) => {
    const [, , h, w] = shapes[0] as [number, number, number, number];
    const share = emit.mul(gradient, emit.scalar(1 / (h * w)));
    return [emit.node('Expand', [share, emit.integers([...shapes[0]!])])];
  },
};
