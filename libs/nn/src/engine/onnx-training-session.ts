import { buildTrainingStep, type StepConfig, type TrainingStep } from '../train/training-step.js';
import { initialise } from '../weights/initialise.js';
import type { NamedTensor, NamedTensors } from '../weights/named-tensors.js';
import type { SessionOptions } from './session-options.js';
import { scalarInputs, stepInputs } from './step-inputs.js';
import { StepState } from './step-state.js';
import type {
  StepOptions,
  StepResult,
  TrainingBatch,
  TrainingSession,
} from './training-session.js';

/**
 * A training session on ONNX Runtime. State (variables, running statistics, moments, the number of steps) lives here between steps;
 * `state` and `load` are a checkpoint.
 */
export class OnnxTrainingSession implements TrainingSession {
  readonly #config: StepConfig;
  readonly #held: StepState;

  private constructor(
    readonly step: TrainingStep,
    config: StepConfig,
    held: StepState,
    /** Optimizer steps so far. */
    public steps: number,
  ) {
    this.#config = config;
    this.#held = held;
  }

  /** Builds and loads the step's graph; variables start from `given` or from the seed. */
  static async create(
    config: StepConfig,
    options: SessionOptions & { readonly seed: number; readonly weights?: NamedTensors },
  ): Promise<OnnxTrainingSession> {
    const step = buildTrainingStep(config);
    const variables = initialise(step.network.graph, options.seed, options.weights);
    const held = await StepState.create(step, variables, options);
    return new OnnxTrainingSession(step, config, held, 0);
  }

  /** Runs forward, backward and update. */
  async run(batch: TrainingBatch, options: StepOptions): Promise<StepResult> {
    const t = this.steps + 1;
    const config = this.#config;
    const { step } = this;
    const results = await this.#held.run(
      new Map([
        ...scalarInputs(config.optimizer, t, options.learningRate),
        ...stepInputs(config, step.network, batch, options),
      ]),
    );
    this.steps = t;
    const values = (name: string) => results[name]!.data as Float32Array;
    return {
      loss: values('loss')[0]!,
      classificationLoss: values('classification_loss')[0]!,
      segmentationLoss: results.segmentation_loss ? values('segmentation_loss')[0]! : 0,
      logits: values('logits'),
      ...(config.outputGradients === true
        ? {
            gradients: new Map(
              [...step.gradientOf].map(([name, output]) => [name, values(output)]),
            ),
          }
        : {}),
    };
  }

  /** The variables only, as for exporting a model. Views of the session's memory: copy to keep them after the next step. */
  weights(): Map<string, NamedTensor> {
    return this.#collect([...this.step.network.graph.variables.keys()]);
  }

  /** Everything that the next step depends on, except the step count. */
  state(): Map<string, NamedTensor> {
    return this.#collect(this.step.state.map(({ name }) => name));
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws {RangeError} when a tensor is missing or has another shape.
   */
  load(state: NamedTensors, steps: number): void {
    this.#held.load(state);
    this.steps = steps;
  }

  async close(): Promise<void> {
    await this.#held.close();
  }

  #collect(names: readonly string[]): Map<string, NamedTensor> {
    return new Map(
      names.map((name) => {
        const { dims, data } = this.#held.get(name);
        return [name, { shape: dims, data: data as Float32Array }];
      }),
    );
  }
}
