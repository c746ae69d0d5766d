import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Tfjs } from '../../graph/op.js';
import { sizeOf, type Shape } from '../../graph/shape.js';
import { momentNames } from '../../train/optimizers.js';
import { buildLoss, type LossGraph, type StepConfig } from '../../train/training-step.js';
import { initialise } from '../../weights/initialise.js';
import type { NamedTensor, NamedTensors } from '../../weights/named-tensors.js';
import { biasCorrections, stepInputs } from '../step-inputs.js';
import type {
  StepOptions,
  StepResult,
  TrainingBatch,
  TrainingSession,
} from '../training-session.js';
import { loadTfjs } from './load-tfjs.js';
import { tfjsGradients } from './tfjs-gradients.js';
import { updateTfjs } from './tfjs-update.js';

/**
 * A training session on TensorFlow.js, with the interface and the checkpoints of the one on ONNX Runtime: for CUDA machines with
 * `@tensorflow/tfjs-node-gpu`, and as a second implementation that checks loss and gradients.
 */
export class TfjsTrainingSession implements TrainingSession {
  readonly #tf: Tfjs;
  readonly #config: StepConfig;
  readonly #loss: LossGraph;
  readonly #variables: ReadonlyMap<string, Variable>;
  readonly #moments: ReadonlyMap<string, Variable>;

  private constructor(
    tf: Tfjs,
    config: StepConfig,
    loss: LossGraph,
    variables: ReadonlyMap<string, Variable>,
    moments: ReadonlyMap<string, Variable>,
    /** Optimizer steps so far. */
    public steps: number,
  ) {
    this.#tf = tf;
    this.#config = config;
    this.#loss = loss;
    this.#variables = variables;
    this.#moments = moments;
  }

  /**
   * Variables start from `weights` or from the seed, as on ONNX Runtime.
   *
   * @param options.tensorflow TensorFlow.js if the caller has loaded it; else the fastest package installed.
   * @throws {EngineUnavailableError} when none is installed.
   */
  static async create(
    config: StepConfig,
    options: { readonly seed: number; readonly weights?: NamedTensors; readonly tensorflow?: Tfjs },
  ): Promise<TfjsTrainingSession> {
    const tf = options.tensorflow ?? (await loadTfjs()).tf;
    const loss = buildLoss(config);
    const { graph } = loss.network;
    const start = initialise(graph, options.seed, options.weights);
    const variables = new Map<string, Variable>();
    const moments = new Map<string, Variable>();
    for (const { variable } of graph.variables.values()) {
      const { name, shape, trainable } = variable;
      variables.set(name, variableOf(tf, start.get(name)!.data, shape, trainable));
      if (!trainable) continue;
      for (const moment of momentNames(config.optimizer)) {
        const zeros = new Float32Array(sizeOf(shape));
        moments.set(`optimizer.${moment}.${name}`, variableOf(tf, zeros, shape, false));
      }
    }
    return new TfjsTrainingSession(tf, config, loss, variables, moments, 0);
  }

  /** Runs forward, backward and update. */
  async run(batch: TrainingBatch, options: StepOptions): Promise<StepResult> {
    const tf = this.#tf;
    const config = this.#config;
    const loss = this.#loss;
    const inputs = stepInputs(config, loss.network, batch, options);
    const masks = loss.segmentation ? [loss.segmentation] : [];
    const wanted = [loss.total, loss.classification, loss.network.logits, ...masks];
    const kept = tf.tidy(() => {
      const { results, gradients, updates } = tfjsGradients(tf, loss.total, wanted, (node) => {
        if (node.kind === 'variable') return this.#variables.get(node.variable.name)!;
        const { data, shape } = inputs.get(node.name)!;
        return tf.tensor(data, [...shape]);
      });
      this.#update(new Map(Object.entries(gradients)), options.learningRate);
      for (const [name, value] of Object.entries(updates)) this.#variables.get(name)!.assign(value);
      return { results, gradients: config.outputGradients === true ? gradients : {} };
    });
    this.steps++;
    const [total, classification, logits, segmentation] = (await readAll(kept.results)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array | undefined,
    ];
    const result = {
      loss: total[0]!,
      classificationLoss: classification[0]!,
      segmentationLoss: segmentation?.[0] ?? 0,
      logits,
    };
    if (config.outputGradients !== true) return result;
    const values = await readAll(Object.values(kept.gradients));
    return {
      ...result,
      gradients: new Map(Object.keys(kept.gradients).map((name, i) => [name, values[i]!])),
    };
  }

  /** The variables only, as for exporting a model. */
  weights(): Map<string, NamedTensor> {
    return collect(this.#variables);
  }

  /** Everything that the next step depends on, except the step count. */
  state(): Map<string, NamedTensor> {
    return new Map([...collect(this.#variables), ...collect(this.#moments)]);
  }

  /**
   * Continues from a checkpoint of either engine.
   *
   * @throws {RangeError} when a tensor is missing or has another shape.
   */
  load(state: NamedTensors, steps: number): void {
    const all = [...this.#variables, ...this.#moments];
    for (const [name, { shape }] of all) {
      const found = state.get(name);
      if (found?.shape.join() !== shape.join()) {
        throw new RangeError(
          `Expected ${name} of shape ${shape.join('×')} in the checkpoint, got ${found?.shape.join('×') ?? 'none'}`,
        );
      }
    }
    this.#tf.tidy(() => {
      for (const [name, variable] of all)
        variable.assign(this.#tf.tensor(state.get(name)!.data, variable.shape));
    });
    this.steps = steps;
  }

  /** Frees the memory of variables and moments. */
  close(): Promise<void> {
    for (const variable of [...this.#variables.values(), ...this.#moments.values()])
      variable.dispose();
    return Promise.resolve();
  }

  #update(gradients: ReadonlyMap<string, Tensor>, learningRate: number): void {
    const tf = this.#tf;
    const config = this.#config;
    let factor: Tensor | undefined;
    if (config.clipNorm !== undefined) {
      const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
      const norm = tf.sqrt(tf.addN(squares));
      factor = tf.minimum(tf.div(config.clipNorm, tf.add(norm, 1e-6)), 1);
    }
    const corrections = biasCorrections(config.optimizer, this.steps + 1);
    for (const [name, gradient] of gradients) {
      tf.tidy(() => {
        updateTfjs(tf, config.optimizer, {
          parameter: this.#variables.get(name)!,
          gradient: factor ? tf.mul(gradient, factor) : gradient,
          moments: momentNames(config.optimizer).map((moment) =>
            this.#moments.get(`optimizer.${moment}.${name}`)!,
          ),
          learningRate,
          corrections,
        });
      });
    }
  }
}

function variableOf(tf: Tfjs, data: Float32Array, shape: Shape, trainable: boolean): Variable {
  return tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(data), [...shape]), trainable));
}

/** Reads tensors and disposes of them, even if one cannot be read. */
async function readAll(tensors: readonly Tensor[]): Promise<Float32Array[]> {
  try {
    return await Promise.all(
      tensors.map(async (tensor) => Float32Array.from(await tensor.data<'float32'>())),
    );
  } finally {
    for (const tensor of tensors) tensor.dispose();
  }
}

function collect(variables: ReadonlyMap<string, Variable>): Map<string, NamedTensor> {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      { shape: variable.shape, data: Float32Array.from(variable.dataSync()) },
    ]),
  );
}
