import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sizeOf } from '../graph/shape.js';
import { buildTrainingStep, type StepConfig, type TrainingStep } from '../train/training-step.js';
import { initialise, uniformAt } from '../weights/initialise.js';
import type { NamedTensor, NamedTensors } from '../weights/named-tensors.js';

/** A batch for one step. */
export interface TrainingBatch {
  /** `[N, 1, S, S]` in 0–1. */
  readonly image: Float32Array;
  /** `[N]`: 0 non-covid, 1 covid. */
  readonly label: Float32Array;
  /** `[N, 1, S, S]` in 0–1. */
  readonly mask: Float32Array;
  /** `[N]`: 1 where the sample has a mask. */
  readonly maskWeight: Float32Array;
  /** `[N]`: 0 where the label must not count, as of slices that train segmentation only; all 1 unless given. */
  readonly labelWeight?: Float32Array;
}

/** What a step is given beside its batch. */
export interface StepOptions {
  readonly learningRate: number;
  readonly labelSmoothing?: number;
  /** Seed of the dropout of this step. */
  readonly seed: number;
}

/** What a step gave. */
export interface StepResult {
  readonly loss: number;
  readonly classificationLoss: number;
  readonly segmentationLoss: number;
  /** `[N, 2]`. */
  readonly logits: Float32Array;
}

/** How ONNX Runtime runs. */
export interface SessionOptions {
  readonly providers?: readonly ('cpu' | 'cuda' | 'webgpu')[];
  /** Threads of an op; all cores unless given. */
  readonly threads?: number;
}

/**
 * A training session on ONNX Runtime. State (variables, running statistics, moments, the number of steps) lives here between steps;
 * `state` and `load` are a checkpoint.
 */
export class OnnxTrainingSession {
  private constructor(
    readonly step: TrainingStep,
    private readonly config: StepConfig,
    private readonly session: InferenceSession,
    private tensors: Map<string, Tensor>,
    /** Optimizer steps so far. */
    public steps: number,
  ) {}

  /** Builds and loads the step's graph; variables start from `given` or from the seed. */
  static async create(
    config: StepConfig,
    options: SessionOptions & { readonly seed: number; readonly weights?: NamedTensors },
  ): Promise<OnnxTrainingSession> {
    const step = buildTrainingStep(config);
    const session = await InferenceSession.create(step.bytes, sessionOptions(options));
    const variables = initialise(step.network.graph, options.seed, options.weights);
    const tensors = new Map(
      step.state.map(({ name, shape }) => {
        const start = variables.get(name)?.data ?? new Float32Array(sizeOf(shape));
        return [name, new Tensor('float32', Float32Array.from(start), [...shape])];
      }),
    );
    return new OnnxTrainingSession(step, config, session, tensors, 0);
  }

  /** Runs forward, backward and update. */
  async run(
    batch: TrainingBatch,
    { learningRate, labelSmoothing = 0, seed }: StepOptions,
  ): Promise<StepResult> {
    const { batchSize: n, model } = this.config;
    const size = model.imageSize;
    const expected = n * size * size;
    if (batch.image.length !== expected || batch.label.length !== n) {
      throw new RangeError(
        `Expected ${n} images of ${size}×${size}, got ${batch.image.length} values and ${batch.label.length} labels`,
      );
    }
    const { optimizer } = this.config;
    const betas =
      optimizer.kind === 'sgd' ? [0, 0] : [optimizer.beta1 ?? 0.9, optimizer.beta2 ?? 0.999];
    const t = this.steps + 1;
    const masks = batch.maskWeight.reduce((sum, weight) => sum + weight, 0);
    const feeds: Record<string, Tensor> = {
      image: new Tensor('float32', batch.image, [n, 1, size, size]),
      label: new Tensor('float32', oneHot(batch.label, labelSmoothing, batch.labelWeight), [n, 2]),
      mask: new Tensor('float32', batch.mask, [n, 1, size, size]),
      mask_weight: new Tensor('float32', batch.maskWeight, [n]),
      mask_share: scalar(masks > 0 ? 1 / masks : 0),
      learning_rate: scalar(learningRate),
      correction_1: scalar(1 / (1 - betas[0]! ** t)),
      correction_2: scalar(1 / (1 - betas[1]! ** t)),
      ...Object.fromEntries(this.tensors),
    };
    for (const [i, { mask, rate }] of this.step.network.dropouts.entries()) {
      const data = new Float32Array(sizeOf(mask.shape));
      const keep = 1 / (1 - rate);
      for (let k = 0; k < data.length; k++)
        data[k] = uniformAt(seed ^ (i << 24), k) < rate ? 0 : keep;
      feeds[mask.name] = new Tensor('float32', data, [...mask.shape]);
    }
    const results = await this.session.run(feeds);
    const next = new Map<string, Tensor>();
    for (const { name } of this.step.state) next.set(name, results[this.step.outputOf.get(name)!]!);
    this.tensors = next;
    this.steps = t;
    const number = (name: string) => (results[name]!.data as Float32Array)[0]!;
    return {
      loss: number('loss'),
      classificationLoss: number('classification_loss'),
      segmentationLoss: number('segmentation_loss'),
      logits: results.logits!.data as Float32Array,
    };
  }

  /** The variables alone, as a model is exported from them. Views of the session's memory: copy to keep them over a step. */
  weights(): Map<string, NamedTensor> {
    return this.collect([...this.step.network.graph.variables.keys()]);
  }

  /** Everything that the next step depends on, but for the number of steps. */
  state(): Map<string, NamedTensor> {
    return this.collect(this.step.state.map(({ name }) => name));
  }

  /**
   * Goes on from a checkpoint.
   *
   * @throws {RangeError} when a tensor is missing or has another shape.
   */
  load(state: NamedTensors, steps: number): void {
    const next = new Map<string, Tensor>();
    for (const { name, shape } of this.step.state) {
      const tensor = state.get(name);
      if (tensor?.shape.join() !== shape.join()) {
        throw new RangeError(
          `Expected ${name} of shape ${shape.join('×')} in the checkpoint, got ${tensor?.shape.join('×') ?? 'none'}`,
        );
      }
      next.set(name, new Tensor('float32', Float32Array.from(tensor.data), [...shape]));
    }
    this.tensors = next;
    this.steps = steps;
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private collect(names: readonly string[]): Map<string, NamedTensor> {
    return new Map(
      names.map((name) => {
        const tensor = this.tensors.get(name)!;
        return [name, { shape: [...tensor.dims], data: tensor.data as Float32Array }];
      }),
    );
  }
}

/** ONNX Runtime's options of ours. */
export function sessionOptions({
  providers = ['cpu'],
  threads,
}: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [...providers],
    graphOptimizationLevel: 'all',
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
}

function oneHot(labels: Float32Array, smoothing: number, weights?: Float32Array): Float32Array {
  const rows = new Float32Array(labels.length * 2);
  for (let i = 0; i < labels.length; i++) {
    const weight = weights?.[i] ?? 1;
    rows[i * 2] = weight * ((1 - labels[i]!) * (1 - smoothing) + smoothing / 2);
    rows[i * 2 + 1] = weight * (labels[i]! * (1 - smoothing) + smoothing / 2);
  }
  return rows;
}

function scalar(value: number): Tensor {
  return new Tensor('float32', Float32Array.of(value), [1]);
}
