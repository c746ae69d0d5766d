import type { BackwardContext, ForwardContext, ForwardResult, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError } from '../graph/shape.js';

/** Attributes of batch normalisation, with PyTorch's defaults. */
export interface BatchNormAttributes {
  readonly epsilon?: number;
  /** Share of the batch's statistics in the new running ones. */
  readonly momentum?: number;
}

/**
 * Batch normalisation (Ioffe & Szegedy 2015) over N, H and W of `[N, C, H, W]`. Inputs: x, scale γ, shift β, running mean, running
 * variance, each `[C]`.
 *
 * In training the statistics are the batch's, the variance as the mean of squared distances to the mean: E[x²] − mean² loses
 * its digits where the mean is large. Running variance is unbiased, as in PyTorch. In inference the running ones are used.
 */
export function batchNorm({ epsilon = 1e-5, momentum = 0.1 }: BatchNormAttributes = {}): Op {
  return {
    name: 'batchNorm',
    attributes: { epsilon, momentum },
    shape: ([x, ...statistics]) => {
      requireRank('batchNorm', x!, 4);
      const bad = statistics.find((s) => s.length !== 1 || s[0] !== x![1]);
      if (statistics.length !== 4 || bad) {
        throw new ShapeError(
          'batchNorm',
          `four vectors of ${x![1]!}`,
          bad ? formatShape(bad) : String(statistics.length),
        );
      }
      return x!;
    },
    forward: (context) =>
      context.mode === 'training'
        ? trainingForward(context, epsilon, momentum)
        : {
            output: context.emit.node('BatchNormalization', context.inputs, {
              epsilon: { float: epsilon },
            }),
          },
    backward,
  };
}

function trainingForward(
  { emit, inputs, shape }: ForwardContext,
  epsilon: number,
  momentum: number,
): ForwardResult {
  const [x, gamma, beta, runningMean, runningVariance] = inputs as [
    string,
    string,
    string,
    string,
    string,
  ];
  const [n, c, h, w] = shape as [number, number, number, number];
  const count = n * h * w;
  const flat = emit.reshape(x, [n, c, h * w]);
  const mean = emit.reduceMean(flat, [0, 2]);
  const distance = emit.sub(flat, mean);
  const variance = emit.reduceMean(emit.mul(distance, distance), [0, 2]);
  const inverse = emit.node('Reciprocal', [
    emit.node('Sqrt', [emit.add(variance, emit.scalar(epsilon))]),
  ]);
  const scale = emit.reshape(gamma, [1, c, 1]);
  const normalised = emit.mul(distance, inverse);
  const output = emit.reshape(
    emit.add(emit.mul(normalised, scale), emit.reshape(beta, [1, c, 1])),
    shape,
  );
  const blend = (running: string, now: string) =>
    emit.add(emit.mul(running, emit.scalar(1 - momentum)), emit.mul(now, emit.scalar(momentum)));
  const unbiased = emit.mul(
    emit.reshape(variance, [c]),
    emit.scalar(count / Math.max(1, count - 1)),
  );
  return {
    output,
    saved: { normalised, inverse, scale },
    updates: new Map([
      [3, blend(runningMean, emit.reshape(mean, [c]))],
      [4, blend(runningVariance, unbiased)],
    ]),
  };
}

/** With x̂ the normalised input: dx = γ/σ · (dy − mean(dy) − x̂ · mean(dy · x̂)), dγ = Σ dy · x̂, dβ = Σ dy. */
function backward({
  emit,
  shape,
  saved,
  gradient,
  wanted,
}: BackwardContext): (string | undefined)[] {
  const [n, c, h, w] = shape as [number, number, number, number];
  const { normalised, inverse, scale } = saved as {
    normalised: string;
    inverse: string;
    scale: string;
  };
  const flat = emit.reshape(gradient, [n, c, h * w]);
  const sum = emit.reduceSum(flat, [0, 2]);
  const product = emit.reduceSum(emit.mul(flat, normalised), [0, 2]);
  const share = emit.scalar(1 / (n * h * w));
  let dx: string | undefined;
  if (wanted[0] === true) {
    const centred = emit.sub(flat, emit.mul(sum, share));
    const straight = emit.sub(centred, emit.mul(normalised, emit.mul(product, share)));
    dx = emit.reshape(emit.mul(straight, emit.mul(inverse, scale)), shape);
  }
  return [dx, emit.reshape(product, [c]), emit.reshape(sum, [c]), undefined, undefined];
}
