import type { BackwardContext, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError, type Shape } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { convTfjs } from './parts/conv-tfjs.js';
import { weightGradient } from './parts/conv-weight-gradient.js';

/** Attributes of a convolution; `padding` is top, left, bottom, right. */
export interface ConvAttributes {
  readonly stride?: number;
  readonly padding?: number | readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation?: number;
  readonly groups?: number;
}

/** {@link ConvAttributes} with all defaults filled in. */
export interface ConvGeometry {
  readonly stride: number;
  readonly dilation: number;
  readonly groups: number;
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/**
 * Two-dimensional convolution of `[N, C, H, W]` with weights `[O, C / groups, K, L]` and, as a third input, a bias `[O]`.
 * The input's gradient is a convolution with the rotated weights; for the weights' gradient see {@link weightGradient}.
 * The input's gradient is a convolution with the turned weights; for the weights' see {@link weightGradient}.
 */
export function conv(attributes: ConvAttributes = {}): Op {
  const { stride = 1, dilation = 1, groups = 1, padding = 0 } = attributes;
  const [top, left, bottom, right] =
    typeof padding === 'number' ? ([padding, padding, padding, padding] as const) : padding;
  const geometry: ConvGeometry = { stride, dilation, groups, top, left, bottom, right };
  return {
    name: 'conv',
    costly: true,
    shape: (shapes) => convShape(shapes, geometry),
    forward: ({ emit, inputs, shapes }) => ({
      output: emit.node('Conv', inputs, {
        kernel_shape: shapes[1]!.slice(2),
        strides: [stride, stride],
        dilations: [dilation, dilation],
        pads: [top, left, bottom, right],
        group: groups,
      }),
    }),
    backward: (context) => {
      const { emit, wanted, gradient } = context;
      return [
        wanted[0] === true ? inputGradient(context, geometry) : undefined,
        wanted[1] === true ? weightGradient(context, geometry) : undefined,
        ...(wanted.length > 2
          ? [wanted[2] === true ? emit.reduceSum(gradient, [0, 2, 3], false) : undefined]
          : []),
      ];
    },
    tfjs: ({ tf, inputs: [x, weight, bias] }) => convTfjs(tf, x!, weight!, bias, geometry),
  };
}

function convShape(shapes: readonly Shape[], g: ConvGeometry): Shape {
  const [x, weight, bias] = shapes as [Shape, Shape, Shape | undefined];
  requireRank('conv input', x, 4);
  requireRank('conv weights', weight, 4);
  const [n, c, h, w] = x as [number, number, number, number];
  const [o, perGroup, k, l] = weight as [number, number, number, number];
  if (perGroup * g.groups !== c) {
    throw new ShapeError(
      'conv',
      `weights for ${c} channels in ${g.groups} groups`,
      formatShape(weight),
    );
  }
  if (o % g.groups !== 0)
    throw new ShapeError('conv', `outputs that ${g.groups} groups divide`, String(o));
  if (bias && (bias.length !== 1 || bias[0] !== o))
    throw new ShapeError('conv bias', String(o), formatShape(bias));
  const rows = Math.floor((h + g.top + g.bottom - g.dilation * (k - 1) - 1) / g.stride) + 1;
  const columns = Math.floor((w + g.left + g.right - g.dilation * (l - 1) - 1) / g.stride) + 1;
  if (rows < 1 || columns < 1) {
    throw new ShapeError('conv', `an input of at least ${k}×${l} with its padding`, formatShape(x));
  }
  return [n, o, rows, columns];
}

function inputGradient(
  { emit, inputs, shapes, shape, gradient }: BackwardContext,
  g: ConvGeometry,
): string {
  const [x, weight] = shapes as [number[], number[]];
  const [n, , h, w] = x as [number, number, number, number];
  const [o, perGroup, k, l] = weight as [number, number, number, number];
  const [, , rows, columns] = shape as [number, number, number, number];
  const turned = turnedWeights(emit, inputs[1]!, { o, perGroup, k, l, groups: g.groups });
  // Zeros between the gradient's rows restore the rows that the stride skipped.
  const spread = spreadZeros(emit, gradient, [n, o, rows, columns], g.stride);
  const tall = (rows - 1) * g.stride + 1;
  const wide = (columns - 1) * g.stride + 1;
  const reachY = g.dilation * (k - 1);
  const reachX = g.dilation * (l - 1);
  const before = [reachY - g.top, reachX - g.left] as const;
  // Rows past the last stride get no gradient: pad the far end more than the near one.
  const after = [h - tall + g.top, w - wide + g.left] as const;
  const small = [...before, ...after].some((pad) => pad < 0);
  const padded = small ? emit.pad(spread, [0, 0, ...before], [0, 0, ...after]) : spread;
  const pads = small ? [0, 0, 0, 0] : [...before, ...after];
  return emit.node('Conv', [padded, turned], {
    kernel_shape: [k, l],
    strides: [1, 1],
    dilations: [g.dilation, g.dilation],
    pads,
    group: g.groups,
  });
}

/** `[O, C/g, K, L]` to `[C, O/g, K, L]` with both kernel axes reversed. */
function turnedWeights(
  emit: OnnxEmitter,
  weight: string,
  {
    o,
    perGroup,
    k,
    l,
    groups,
  }: { o: number; perGroup: number; k: number; l: number; groups: number },
): string {
  const far = -Number.MAX_SAFE_INTEGER;
  const turned =
    k === 1 && l === 1 ? weight : emit.slice(weight, [-1, -1], [far, far], [2, 3], [-1, -1]);
  if (groups === 1) return emit.transpose(turned, [1, 0, 2, 3]);
  if (perGroup === 1 && o === groups) return turned;
  const grouped = emit.reshape(turned, [groups, o / groups, perGroup, k, l]);
  return emit.reshape(emit.transpose(grouped, [0, 2, 1, 3, 4]), [
    groups * perGroup,
    o / groups,
    k,
    l,
  ]);
}

/** Inserts `stride − 1` zero rows and columns between those of `[N, C, H, W]`. */
function spreadZeros(
  emit: OnnxEmitter,
  x: string,
  [n, c, h, w]: [number, number, number, number],
  stride: number,
): string {
  if (stride === 1) return x;
  const apart = emit.reshape(x, [n, c, h, 1, w, 1]);
  const padded = emit.pad(apart, [0, 0, 0, 0, 0, 0], [0, 0, 0, stride - 1, 0, stride - 1]);
  const whole = emit.reshape(padded, [n, c, h * stride, w * stride]);
  return emit.slice(whole, [0, 0], [(h - 1) * stride + 1, (w - 1) * stride + 1], [2, 3]);
}
