import type { BackwardContext, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { convTfjs } from './parts/conv-tfjs.js';
import { diagonals, shiftRows } from './parts/conv-weight-gradient.js';

/** Zeros before and after the first row and column of a picture. */
type Padding = readonly [top: number, left: number, bottom: number, right: number];

/**
 * A depthwise 3×3 convolution with stride 2 of a picture that `spaceToPhases` took apart. Weights `[C, 1, 3, 3]`; the result is
 * `[N, C, H/2, W/2]`.
 *
 * @param padding of the whole picture: one on each side, or at the far end only.
 */
export function phaseConv(padding: Padding): Op {
  const [top, left, bottom, right] = padding;
  return {
    name: 'phaseConv',
    costly: true,
    shape: ([x, weight]) => {
      requireRank('phaseConv', x!, 4);
      const [n, c, rows, columns] = x as [number, number, number, number];
      if (rows % 4 !== 0) throw new ShapeError('phaseConv', 'four phases', formatShape(x!));
      if (formatShape(weight!) !== formatShape([c, 1, 3, 3]))
        throw new ShapeError('phaseConv weights', formatShape([c, 1, 3, 3]), formatShape(weight!));
      return [n, c, rows / 4, columns];
    },
    forward: ({ emit, inputs, shapes, shape, mode }) => {
      const [x, weight] = inputs as [string, string];
      const c = shapes[1]![0]!;
      if (mode === 'inference') {
        return {
          output: emit.node('Conv', inputs, {
            kernel_shape: [3, 3],
            strides: [2, 2],
            pads: [top, left, bottom, right],
            group: c,
          }),
        };
      }
      const [n, , h, w] = shape as [number, number, number, number];
      const output = emit.node('Conv', [emit.reshape(x, [n, 4 * c, h, w]), taps(emit, weight, c)], {
        kernel_shape: [2, 2],
        pads: [top, left, 1 - top, 1 - left],
        group: c,
      });
      return { output };
    },
    backward,
    tfjs: ({ tf, inputs: [x, weight], shape }) => {
      const [n, c, h, w] = shape as [number, number, number, number];
      const phases = tf.reshape(x!, [n, 2, 2, h, w, c]);
      const whole = tf.reshape(tf.transpose(phases, [0, 3, 1, 4, 2, 5]), [n, 2 * h, 2 * w, c]);
      const geometry = { stride: 2, dilation: 1, groups: c, top, left, bottom, right };
      return convTfjs(tf, whole, weight!, undefined, geometry);
    },
  };

  function backward(context: BackwardContext): (string | undefined)[] {
    const { emit, inputs, shapes, shape, gradient, wanted } = context;
    const [n, c, h, w] = shape as [number, number, number, number];
    let dx: string | undefined;
    if (wanted[0] === true) {
      const far = -Number.MAX_SAFE_INTEGER;
      const turned = emit.slice(
        emit.reshape(taps(emit, inputs[1]!, c), [4 * c, 1, 2, 2]),
        [-1, -1],
        [far, far],
        [2, 3],
        [-1, -1],
      );
      const phases = emit.node('Conv', [gradient, turned], {
        kernel_shape: [2, 2],
        pads: [1 - top, 1 - left, top, left],
        group: c,
      });
      dx = emit.reshape(phases, shapes[0]!);
    }
    return [
      dx,
      wanted[1] === true ? weightGradient(emit, inputs[0]!, gradient, [n, c, h, w]) : undefined,
    ];
  }

  /** `[C, 4, 2, 2]`: the taps that meet each phase; padded with a row or column of zeros where a phase is met once. */
  function taps(emit: OnnxEmitter, weight: string, c: number): string {
    // Row i of the kernel meets row 2y + i − top of the picture. With a row of zeros before it if top is 1, phase and shift are
    // the parity and the half of the row's number.
    const square = emit.pad(weight, [0, 0, top, left], [0, 0, 1 - top, 1 - left]);
    const apart = emit.reshape(square, [c, 2, 2, 2, 2]);
    return emit.reshape(emit.transpose(apart, [0, 2, 4, 1, 3]), [c, 4, 2, 2]);
  }

  /** The phases' sums of products, put back to where {@link taps} took them from. */
  function weightGradient(
    emit: OnnxEmitter,
    x: string,
    dy: string,
    [n, c, h, w]: readonly [number, number, number, number],
  ): string {
    const shifts = [-left, 1 - left];
    const rows = [-top, 1 - top].map((by) => {
      const shifted = shiftRows(emit, emit.reshape(x, [n, 4 * c, h, w]), [n, 4 * c, h, w], by);
      return products(emit, shifted, dy, [n, c, h, w], shifts);
    });
    // [C, row of the pair, phase row, phase column, column of the pair] to [C, 4, 4].
    const all = emit.reshape(emit.node('Concat', rows, { axis: 1 }), [c, 2, 2, 2, 2]);
    const square = emit.reshape(emit.transpose(all, [0, 1, 2, 4, 3]), [c, 1, 4, 4]);
    return emit.slice(square, [top, left], [top + 3, left + 3], [2, 3]);
  }
}

/** @returns `[C, 1, 4 phases, shifts]`. */
function products(
  emit: OnnxEmitter,
  x: string,
  dy: string,
  [n, c, h, w]: readonly [number, number, number, number],
  shifts: readonly number[],
): string {
  const phases = emit.reshape(x, [n, c, 4, h, w]);
  const transposed = emit.transpose(emit.reshape(dy, [n, c, 1, h, w]), [0, 1, 2, 4, 3]);
  const summed = emit.reduceSum(
    emit.reshape(emit.matmul(transposed, phases), [n, 4 * c, w * w]),
    [0],
    false,
  );
  return emit.reshape(emit.matmul(summed, diagonals(emit, w, shifts)), [c, 1, 4, shifts.length]);
}
