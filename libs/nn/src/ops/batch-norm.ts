import type { BackwardContext, ForwardContext, ForwardResult, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError, type Shape } from '../graph/shape.js';
import type { OnnxEmitter } from '../onnx/onnx-emitter.js';

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
      requireVectors('batchNorm', statistics, x![1]!);
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
  const { mean, distance: images, variance } = channelStatistics(emit, x, shape);
  const inverse = emit.node('Reciprocal', [
    emit.node('Sqrt', [emit.add(variance, emit.scalar(epsilon))]),
  ]);
  const factor = emit.mul(gamma, inverse);
  const blend = (running: string, now: string) =>
    emit.add(emit.mul(running, emit.scalar(1 - momentum)), emit.mul(now, emit.scalar(momentum)));
  const unbiased = emit.mul(variance, emit.scalar(count / Math.max(1, count - 1)));
  return {
    output: channelAffine(emit, images, factor, beta, c),
    saved: { images, inverse, factor },
    updates: new Map([
      [3, blend(runningMean, mean)],
      [4, blend(runningVariance, unbiased)],
    ]),
  };
}

/**
 * With d the distance to the mean and a = γ/σ: dγ = Σ dy · d / σ, dβ = Σ dy, dx = a · dy + k · d + b, where
 * k = −a · Σ dy · d / (σ² M) and b = −a · Σ dy / M, M the number of values a channel has.
 */
function backward({
  emit,
  shape,
  saved,
  gradient,
  wanted,
}: BackwardContext): (string | undefined)[] {
  const [n, c, h, w] = shape as [number, number, number, number];
  const { images, inverse, factor } = saved as { images: string; inverse: string; factor: string };
  const sums = (values: string) =>
    emit.reshape(emit.reduceSum(emit.reshape(values, [n, c, h * w]), [0, 2]), [c]);
  const sum = sums(gradient);
  const product = sums(emit.mul(gradient, images));
  const scaleGradient = emit.mul(product, inverse);
  let dx: string | undefined;
  if (wanted[0] === true) {
    const share = emit.mul(factor, emit.scalar(-1 / (n * h * w)));
    const slope = emit.mul(emit.mul(share, inverse), scaleGradient);
    const along = channelAffine(emit, images, slope, emit.mul(share, sum), c);
    dx = emit.add(along, emit.mul(gradient, emit.reshape(factor, [1, c, 1, 1])));
  }
  return [dx, scaleGradient, sum, undefined, undefined];
}

/**
 * `x · factor + term` with a factor and a term for each channel of `[N, C, H, W]`, written as a convolution with one weight a channel: ONNX
 * Runtime makes it in one pass over memory, together with the ReLU that follows, where Mul, Add and Relu are three.
 */
export function channelAffine(
  emit: OnnxEmitter,
  x: string,
  factor: string,
  term: string,
  channels: number,
): string {
  return emit.node(
    'Conv',
    [x, emit.reshape(factor, [channels, 1, 1, 1]), emit.reshape(term, [channels])],
    { kernel_shape: [1, 1], group: channels },
  );
}

/**
 * Mean and variance `[C]` over N, H and W of `[N, C, H, W]`, and the distances to the mean. Asked twice for the same tensor, the nodes are
 * written once.
 */
export function channelStatistics(
  emit: OnnxEmitter,
  x: string,
  shape: Shape,
): { mean: string; variance: string; distance: string } {
  return emit.once(`statistics of ${x}`, () => {
    const [n, c, h, w] = shape as [number, number, number, number];
    const mean = emit.reduceMean(emit.reshape(x, [n, c, h * w]), [0, 2]);
    const distance = emit.sub(x, emit.reshape(mean, [1, c, 1, 1]));
    const squares = emit.reshape(emit.mul(distance, distance), [n, c, h * w]);
    const variance = emit.reshape(emit.reduceMean(squares, [0, 2]), [c]);
    return { mean: emit.reshape(mean, [c]), variance, distance };
  });
}

/** @throws {ShapeError} when they are not four vectors of that length. */
export function requireVectors(op: string, vectors: readonly Shape[], length: number): void {
  const bad = vectors.find((vector) => vector.length !== 1 || vector[0] !== length);
  if (vectors.length === 4 && !bad) return;
  throw new ShapeError(
    op,
    `four vectors of ${length}`,
    bad ? formatShape(bad) : String(vectors.length),
  );
}
