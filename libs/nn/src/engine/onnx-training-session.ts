import { InferenceSession, Tensor } from 'onnxruntime-node';
import { sizeOf } from '../graph/shape.js';
import { buildTrainingStep, type StepConfig, type TrainingStep } from '../train/training-step.js';
import { initialise } from '../weights/initialise.js';
import type { NamedTensor, NamedTensors } from '../weights/named-tensors.js';
import { biasCorrections, stepInputs } from './step-inputs.js';
import type { StepOptions, StepResult, TrainingBatch } from './training-session.js';

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
    const session = await InferenceSession.create(step.bytes, {
      ...sessionOptions(options),
      // One block for all that a step needs is twice the memory, and its pages are new to the first two steps.
      enableMemPattern: false,
    });
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
  async run(batch: TrainingBatch, options: StepOptions): Promise<StepResult> {
    const t = this.steps + 1;
    const [correction1, correction2] = biasCorrections(this.config.optimizer, t);
    const feeds: Record<string, Tensor> = {
      learning_rate: scalar(options.learningRate),
      correction_1: scalar(correction1),
      correction_2: scalar(correction2),
      ...Object.fromEntries(this.tensors),
    };
    for (const [name, { shape, data }] of stepInputs(
      this.config,
      this.step.network,
      batch,
      options,
    ))
      feeds[name] = new Tensor('float32', data, [...shape]);
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
      ...(this.config.outputGradients === true ? { gradients: this.gradients(results) } : {}),
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

  private gradients(results: InferenceSession.ReturnType): Map<string, Float32Array> {
    return new Map(
      [...this.step.gradientOf].map(([name, output]) => [
        name,
        results[output]!.data as Float32Array,
      ]),
    );
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

function scalar(value: number): Tensor {
  return new Tensor('float32', Float32Array.of(value), [1]);
}
