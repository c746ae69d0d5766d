import type { BackwardContext, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError, type Shape } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { channelAffine, channelStatistics, requireVectors } from './batch-norm.js';

/*
 * Batch normalisation in three ops, for maps that many layers normalise, as every later layer of a DenseNet's block does: `normalise`
 * and `moments` once for each map, `scaleAndShift` once for each layer. In training the maps that are joined are the normalised ones, and
 * gradients of all layers are added before they pass the normalisation once. In inference `normalise` is nothing, and
 * `scaleAndShift` a batch normalisation with the layer's own running statistics.
 */

/** `(x − μ) / σ` over N, H and W of `[N, C, H, W]`. */
export function normalise(epsilon = 1e-5): Op {
  return {
    name: 'normalise',
    attributes: { epsilon },
    shape: ([x]) => {
      requireRank('normalise', x!, 4);
      return x!;
    },
    forward: ({ emit, inputs, shape, mode }) => {
      if (mode === 'inference') return { output: emit.node('Identity', [inputs[0]!]) };
      const { distance, variance } = channelStatistics(emit, inputs[0]!, shape);
      const [, c] = shape as [number, number];
      const deviation = emit.node('Sqrt', [emit.add(variance, emit.scalar(epsilon))]);
      const inverse = emit.reshape(emit.node('Reciprocal', [deviation]), [1, c, 1, 1]);
      return { output: emit.mul(distance, inverse), saved: { inverse } };
    },
    // dx = (dy − mean(dy) − x̂ · mean(dy · x̂)) / σ
    backward: ({ emit, shape, output, saved, gradient }) => {
      const [n, c, h, w] = shape as [number, number, number, number];
      const inverse = saved.inverse!;
      const share = emit.mul(emit.reshape(inverse, [c]), emit.scalar(-1 / (n * h * w)));
      const sum = rowSums(emit, gradient, shape);
      const product = rowSums(emit, emit.mul(gradient, output), shape);
      const along = channelAffine(emit, output, emit.mul(share, product), emit.mul(share, sum), c);
      return [emit.add(along, emit.mul(gradient, inverse))];
    },
  };
}

/** Mean and unbiased variance over N, H and W: `[N, C, H, W]` to `[2, C]`. Nothing is learned through it. */
export const moments: Op = {
  name: 'moments',
  attributes: {},
  detached: true,
  shape: ([x]) => {
    requireRank('moments', x!, 4);
    return [2, x![1]!];
  },
  forward: ({ emit, inputs, shapes, mode }) => {
    const [n, c, h, w] = shapes[0] as [number, number, number, number];
    if (mode === 'inference') return { output: emit.floats(new Float32Array(2 * c), [2, c]) };
    const { mean, variance } = channelStatistics(emit, inputs[0]!, shapes[0]!);
    const count = n * h * w;
    const unbiased = emit.mul(variance, emit.scalar(count / Math.max(1, count - 1)));
    const rows = [mean, unbiased].map((values) => emit.reshape(values, [1, c]));
    return { output: emit.node('Concat', rows, { axis: 0 }) };
  },
  backward: () => [undefined],
};

/**
 * `x̂ · γ + β` of a normalised map. Inputs: x̂, γ, β, running mean, running variance, and the {@link moments} of x.
 *
 * @param momentum share of the batch's moments in the new running ones.
 */
export function scaleAndShift({ epsilon = 1e-5, momentum = 0.1 } = {}): Op {
  return {
    name: 'scaleAndShift',
    attributes: { epsilon, momentum },
    shape: ([x, ...vectors]) => {
      requireRank('scaleAndShift', x!, 4);
      requireVectors('scaleAndShift', vectors.slice(0, 4), x![1]!);
      const expected = formatShape([2, x![1]!]);
      if (formatShape(vectors[4] ?? []) !== expected)
        throw new ShapeError('scaleAndShift moments', expected, formatShape(vectors[4] ?? []));
      return x!;
    },
    forward: ({ emit, inputs, shape, mode }) => {
      const [x, gamma, beta, mean, variance, batch] = inputs as [
        string,
        string,
        string,
        string,
        string,
        string,
      ];
      const c = shape[1]!;
      if (mode === 'inference') {
        const output = emit.node('BatchNormalization', [x, gamma, beta, mean, variance], {
          epsilon: { float: epsilon },
        });
        return { output };
      }
      const now = (row: number) => emit.reshape(emit.slice(batch, [row], [row + 1], [0]), [c]);
      const blend = (running: string, row: number) =>
        emit.add(
          emit.mul(running, emit.scalar(1 - momentum)),
          emit.mul(now(row), emit.scalar(momentum)),
        );
      return {
        output: channelAffine(emit, x, gamma, beta, c),
        updates: new Map([
          [3, blend(mean, 0)],
          [4, blend(variance, 1)],
        ]),
      };
    },
    backward: ({ emit, inputs, shape, gradient, wanted }: BackwardContext) => {
      const [x, gamma] = inputs as [string, string];
      const c = shape[1]!;
      const dx =
        wanted[0] === true ? emit.mul(gradient, emit.reshape(gamma, [1, c, 1, 1])) : undefined;
      return [
        dx,
        rowSums(emit, emit.mul(gradient, x), shape),
        rowSums(emit, gradient, shape),
        undefined,
        undefined,
        undefined,
      ];
    },
  };
}

/** `[N, C, H, W]` to `[C]`. */
function rowSums(emit: OnnxEmitter, x: string, shape: Shape): string {
  const [n, c, h, w] = shape as [number, number, number, number];
  return emit.reshape(emit.reduceSum(emit.reshape(x, [n, c, h * w]), [0, 2]), [c]);
}
