import type { BackwardContext, ForwardContext, ForwardResult, Op } from '../graph/op.js';
import { formatShape, requireRank, ShapeError } from '../graph/shape.js';
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
  const factor = emit.mul(emit.reshape(gamma, [1, c, 1]), inverse);
  const images = emit.reshape(distance, shape);
  const blend = (running: string, now: string) =>
    emit.add(emit.mul(running, emit.scalar(1 - momentum)), emit.mul(now, emit.scalar(momentum)));
  const unbiased = emit.mul(
    emit.reshape(variance, [c]),
    emit.scalar(count / Math.max(1, count - 1)),
  );
  return {
    output: channelAffine(emit, images, factor, beta, c),
    saved: { images, inverse, factor },
    updates: new Map([
      [3, blend(runningMean, emit.reshape(mean, [c]))],
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
  const flat = emit.reshape(gradient, [n, c, h * w]);
  const sum = emit.reduceSum(flat, [0, 2]);
  const product = emit.reduceSum(emit.reshape(emit.mul(gradient, images), [n, c, h * w]), [0, 2]);
  const scaleGradient = emit.mul(product, inverse);
  let dx: string | undefined;
  if (wanted[0] === true) {
    const share = emit.mul(factor, emit.scalar(-1 / (n * h * w)));
    const slope = emit.mul(emit.mul(share, inverse), scaleGradient);
    const along = channelAffine(emit, images, slope, emit.mul(share, sum), c);
    dx = emit.add(along, emit.mul(gradient, emit.reshape(factor, [1, c, 1, 1])));
  }
  return [dx, emit.reshape(scaleGradient, [c]), emit.reshape(sum, [c]), undefined, undefined];
}

/**
 * `x · factor + term` with a factor and a term for each channel of `[N, C, H, W]`, written as a convolution with one weight a channel: ONNX
 * Runtime makes it in one pass over memory, together with the ReLU that follows, where Mul, Add and Relu are three.
 */
function channelAffine(
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
