import type { BackwardContext } from '../../graph/op.js';
import type { OnnxEmitter } from '../../onnx/onnx-emitter.js';
import type { ConvGeometry } from '../conv.js';

/**
 * The gradient of a convolution's weights, `[O, C / groups, K, L]`: for 1×1 kernels a matrix product over the pixels, otherwise one
 * product per tap. With one channel per group (depthwise) see {@link depthwiseWeightGradient}.
 */
export function weightGradient(context: BackwardContext, g: ConvGeometry): string {
  const { emit, inputs, shapes, shape, gradient } = context;
  const [x, weight] = shapes as [number[], number[]];
  const [n, c, h, w] = x as [number, number, number, number];
  const [o, perGroup, k, l] = weight as [number, number, number, number];
  const [, , rows, columns] = shape as [number, number, number, number];
  if (perGroup === 1 && o === g.groups) return depthwiseWeightGradient(context, g);
  if (g.stride === 1 && g.groups === 1 && k * l > 1 && o <= c) return shiftedGradient(context, g);
  const pixels = rows * columns;
  const whole = k === 1 && l === 1 && g.stride === 1 && rows === h && columns === w;
  const padded = emit.pad(inputs[0]!, [0, 0, g.top, g.left], [0, 0, g.bottom, g.right]);
  const tapInput = (i: number, j: number): string => {
    if (whole) return inputs[0]!;
    const starts = [i * g.dilation, j * g.dilation];
    const ends = [
      starts[0]! + (rows - 1) * g.stride + 1,
      starts[1]! + (columns - 1) * g.stride + 1,
    ];
    const steps = g.stride === 1 ? undefined : [g.stride, g.stride];
    return emit.slice(padded, starts, ends, [2, 3], steps);
  };
  const taps: string[] = [];
  const flat = emit.reshape(gradient, [n, g.groups, o / g.groups, pixels]);
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < l; j++) {
      const grouped = emit.reshape(tapInput(i, j), [n, g.groups, c / g.groups, pixels]);
      const product = emit.matmul(flat, emit.transpose(grouped, [0, 1, 3, 2]));
      taps.push(emit.reshape(emit.reduceSum(product, [0], false), [o, perGroup, 1]));
    }
  }
  const all = taps.length === 1 ? taps[0]! : emit.node('Concat', taps, { axis: 2 });
  return emit.reshape(all, [o, perGroup, k, l]);
}

/**
 * The same sums with the gradient shifted instead of the input, if it has fewer channels: all taps are one product, `[N, K·L·O, HW]` times
 * `[N, HW, C]`.
 */
function shiftedGradient(
  { emit, inputs, shapes, shape, gradient }: BackwardContext,
  g: ConvGeometry,
): string {
  const [n, c, h, w] = shapes[0] as [number, number, number, number];
  const [o, , k, l] = shapes[1] as [number, number, number, number];
  const [, , rows, columns] = shape as [number, number, number, number];
  const reachY = g.dilation * (k - 1);
  const reachX = g.dilation * (l - 1);
  // Row y of the input meets row y + top − i · dilation of the gradient through tap i: tap i starts `reach − i · dilation` rows into the
  // zero-padded gradient.
  const before = [reachY - g.top, reachX - g.left] as const;
  const after = [h - rows + g.top, w - columns + g.left] as const;
  const padded = emit.pad(gradient, [0, 0, ...before], [0, 0, ...after]);
  const taps: string[] = [];
  for (let i = 0; i < k; i++) {
    for (let j = 0; j < l; j++) {
      const starts = [reachY - i * g.dilation, reachX - j * g.dilation] as const;
      taps.push(emit.slice(padded, starts, [starts[0] + h, starts[1] + w], [2, 3]));
    }
  }
  const left = emit.reshape(emit.node('Concat', taps, { axis: 1 }), [n, k * l * o, h * w]);
  const right = emit.transpose(emit.reshape(inputs[0]!, [n, c, h * w]), [0, 2, 1]);
  const summed = emit.reduceSum(emit.matmul(left, right), [0], false);
  return emit.reshape(emit.transpose(emit.reshape(summed, [k * l, o, c]), [1, 2, 0]), [o, c, k, l]);
}

/** Past this width the products of {@link rowProducts} cost more than the convolution with large kernels. */
const widestProduct = 64;

/**
 * A depthwise convolution's gradient has nine sums of `dy · x`, x shifted, for each channel. Copying x nine times is slow.
 */
function depthwiseWeightGradient(context: BackwardContext, g: ConvGeometry): string {
  const { emit, inputs, shapes, shape, gradient } = context;
  const [x, weight] = shapes as [number[], number[]];
  const [n, c, h, w] = x as [number, number, number, number];
  const [, , k, l] = weight as [number, number, number, number];
  const [, , rows, columns] = shape as [number, number, number, number];
  if (g.stride === 1 && rows === h && columns === w && w <= widestProduct) {
    const taps: string[] = [];
    for (let i = 0; i < k; i++) {
      const shifted = shiftRows(emit, inputs[0]!, [n, c, h, w], i * g.dilation - g.top);
      const shifts = Array.from({ length: l }, (_, j) => j * g.dilation - g.left);
      taps.push(
        emit.reshape(rowProducts(emit, gradient, shifted, [n, c, h, w], shifts), [c, 1, l]),
      );
    }
    return emit.reshape(emit.node('Concat', taps, { axis: 1 }), [c, 1, k, l]);
  }
  // A convolution of x whose kernels are dy, each as large as the map; stride and dilation swap roles.
  const taps = emit.node(
    'Conv',
    [emit.reshape(inputs[0]!, [1, n * c, h, w]), emit.reshape(gradient, [n * c, 1, rows, columns])],
    {
      kernel_shape: [rows, columns],
      strides: [g.dilation, g.dilation],
      dilations: [g.stride, g.stride],
      pads: [g.top, g.left, g.bottom, g.right],
      group: n * c,
    },
  );
  // Rows that the stride skipped at the end give more places than the kernel has.
  const placed = emit.slice(taps, [0, 0], [k, l], [2, 3]);
  return emit.reshape(emit.reduceSum(emit.reshape(placed, [n, c, k * l]), [0], false), [
    c,
    1,
    k,
    l,
  ]);
}

/** `[N, C, H, W]` where row y of the result is row `y + by` of x, and zeros past its ends; all rows at once are one block of memory. */
export function shiftRows(
  emit: OnnxEmitter,
  x: string,
  [n, c, h, w]: readonly [number, number, number, number],
  by: number,
): string {
  if (by === 0) return x;
  // Shifts past the map leave only zeros.
  const cut = Math.sign(by) * Math.min(Math.abs(by), h) * w;
  const flat = emit.pad(emit.reshape(x, [n, c, h * w]), [0, 0, -cut], [0, 0, cut]);
  return emit.reshape(flat, [n, c, h, w]);
}

/**
 * `Σ dy[n, c, y, i] · x[n, c, y, i + shift]` over n, y and i for each of `shifts`: the diagonals of dyᵀ·x. The product computes w / 3
 * times more than needed and is still faster than copies of x.
 *
 * @returns `[C, shifts]`.
 */
function rowProducts(
  emit: OnnxEmitter,
  dy: string,
  x: string,
  [n, c, , w]: readonly [number, number, number, number],
  shifts: readonly number[],
): string {
  const products = emit.matmul(emit.transpose(dy, [0, 1, 3, 2]), x);
  const summed = emit.reduceSum(emit.reshape(products, [n, c, w * w]), [0], false);
  return emit.matmul(summed, diagonals(emit, w, shifts));
}

/** `[W · W, shifts]`: 1 where the column is the row plus the shift. */
export function diagonals(emit: OnnxEmitter, w: number, shifts: readonly number[]): string {
  const mask = new Float32Array(w * w * shifts.length);
  for (const [k, shift] of shifts.entries()) {
    for (let i = Math.max(0, -shift); i < Math.min(w, w - shift); i++)
      mask[(i * w + i + shift) * shifts.length + k] = 1;
  }
  return emit.floats(mask, [w * w, shifts.length]);
}
