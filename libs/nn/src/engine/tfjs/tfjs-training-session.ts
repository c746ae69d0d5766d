import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { topologicalOrder, type Node } from '../../graph/graph.js';
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
import { updateTfjs } from './tfjs-update.js';

/**
 * A training session on TensorFlow.js, with the interface and the checkpoints of the one on ONNX Runtime: for CUDA machines with
 * `@tensorflow/tfjs-node-gpu`, and as the second opinion on loss and gradients.
 */
export class TfjsTrainingSession implements TrainingSession {
  private constructor(
    private readonly tf: Tfjs,
    private readonly config: StepConfig,
    private readonly loss: LossGraph,
    private readonly variables: ReadonlyMap<string, Variable>,
    private readonly moments: ReadonlyMap<string, Variable>,
    /** Optimizer steps so far. */
    public steps: number,
  ) {}

  /**
   * Variables start from `weights` or from the seed, as on ONNX Runtime.
   *
   * @param options.tensorflow TensorFlow.js where the caller has loaded it; else the fastest package installed.
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
    const { tf, config, loss } = this;
    const inputs = stepInputs(config, loss.network, batch, options);
    const kept = tf.tidy(() => {
      const updates = new Map<string, Tensor>();
      const parts: Record<string, Tensor> = {};
      const trainable = [...this.variables].filter(([, variable]) => variable.trainable);
      const { value, grads } = tf.variableGrads(
        () => {
          const tensors = this.forward(inputs, updates);
          parts.classification = tf.keep(tensors.get(loss.classification)!.clone());
          parts.segmentation = tf.keep(tensors.get(loss.segmentation)!.clone());
          parts.logits = tf.keep(tensors.get(loss.network.logits)!.clone());
          return tf.reshape(tensors.get(loss.total)!, []);
        },
        trainable.map(([, variable]) => variable),
      );
      const gradients = new Map(trainable.map(([name, { name: key }]) => [name, grads[key]!]));
      this.update(gradients, options.learningRate);
      for (const [name, tensor] of updates) {
        this.variables.get(name)!.assign(tensor);
        tensor.dispose();
      }
      const shown = config.outputGradients === true ? Object.fromEntries(gradients) : {};
      return { parts: { ...parts, total: value }, shown };
    });
    this.steps++;
    const read = async (tensor: Tensor) => {
      const data = Float32Array.from(await tensor.data());
      tensor.dispose();
      return data;
    };
    const { total, classification, segmentation, logits } = kept.parts as Record<string, Tensor>;
    const result = {
      loss: (await read(total!))[0]!,
      classificationLoss: (await read(classification!))[0]!,
      segmentationLoss: (await read(segmentation!))[0]!,
      logits: await read(logits!),
    };
    if (config.outputGradients !== true) return result;
    const gradients = new Map<string, Float32Array>();
    for (const [name, tensor] of Object.entries(kept.shown))
      gradients.set(name, await read(tensor));
    return { ...result, gradients };
  }

  /** The variables alone, as a model is exported from them. */
  weights(): Map<string, NamedTensor> {
    return collect(this.variables);
  }

  /** Everything that the next step depends on, but for the number of steps. */
  state(): Map<string, NamedTensor> {
    return new Map([...collect(this.variables), ...collect(this.moments)]);
  }

  /**
   * Goes on from a checkpoint, of either engine.
   *
   * @throws {RangeError} when a tensor is missing or has another shape.
   */
  load(state: NamedTensors, steps: number): void {
    const all = [...this.variables, ...this.moments];
    for (const [name, { shape }] of all) {
      const found = state.get(name);
      if (found?.shape.join() !== shape.join()) {
        throw new RangeError(
          `Expected ${name} of shape ${shape.join('×')} in the checkpoint, got ${found?.shape.join('×') ?? 'none'}`,
        );
      }
    }
    this.tf.tidy(() => {
      for (const [name, variable] of all)
        variable.assign(this.tf.tensor(state.get(name)!.data, variable.shape));
    });
    this.steps = steps;
  }

  /** Frees the memory of variables and moments. */
  close(): Promise<void> {
    for (const variable of [...this.variables.values(), ...this.moments.values()])
      variable.dispose();
    return Promise.resolve();
  }

  private forward(
    inputs: ReturnType<typeof stepInputs>,
    updates: Map<string, Tensor>,
  ): Map<Node, Tensor> {
    const { tf, loss } = this;
    const tensors = new Map<Node, Tensor>();
    for (const node of topologicalOrder([loss.total, loss.network.logits])) {
      if (node.kind === 'input') {
        const { data, shape } = inputs.get(node.name)!;
        tensors.set(node, tf.tensor(data, [...shape]));
      } else if (node.kind === 'variable') {
        tensors.set(node, this.variables.get(node.variable.name)!);
      } else {
        const result = node.op.tfjs({
          tf,
          inputs: node.inputs.map((input) => tensors.get(input)!),
          shape: node.shape,
          update: (index, value) => {
            const buffer = node.inputs[index]!;
            if (buffer.kind === 'variable') updates.set(buffer.variable.name, tf.keep(value));
          },
        });
        tensors.set(node, result);
      }
    }
    return tensors;
  }

  private update(gradients: ReadonlyMap<string, Tensor>, learningRate: number): void {
    const { tf, config } = this;
    let factor: Tensor | undefined;
    if (config.clipNorm !== undefined) {
      const squares = [...gradients.values()].map((gradient) => tf.sum(tf.square(gradient)));
      const norm = tf.sqrt(tf.addN(squares));
      factor = tf.minimum(tf.div(config.clipNorm, tf.add(norm, 1e-6)), 1);
    }
    const corrections = biasCorrections(config.optimizer, this.steps + 1);
    for (const [name, gradient] of gradients) {
      updateTfjs(tf, config.optimizer, {
        parameter: this.variables.get(name)!,
        gradient: factor ? tf.mul(gradient, factor) : gradient,
        moments: momentNames(config.optimizer).map((moment) =>
          this.moments.get(`optimizer.${moment}.${name}`)!,
        ),
        learningRate,
        corrections,
      });
    }
  }
}

function variableOf(tf: Tfjs, data: Float32Array, shape: Shape, trainable: boolean): Variable {
  return tf.tidy(() => tf.variable(tf.tensor(Float32Array.from(data), [...shape]), trainable));
}

function collect(variables: ReadonlyMap<string, Variable>): Map<string, NamedTensor> {
  return new Map(
    [...variables].map(([name, variable]) => [
      name,
      { shape: variable.shape, data: Float32Array.from(variable.dataSync()) },
    ]),
  );
}
