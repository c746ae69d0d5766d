import { buildClassifier, exportClassifier, type ClassifierConfig } from '../models/classifier.js';
import { softmaxCrossEntropy } from '../train/softmax-cross-entropy.js';
import type { OptimizerConfig } from '../train/optimizers.js';
import { writeStep } from '../train/write-step.js';
import { initialise } from '../weights/initialise.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { sessionOptions, type SessionOptions } from './session-options.js';
import { scalarInputs } from './step-inputs.js';
import { StepState } from './step-state.js';
import { InferenceSession, Tensor } from './onnx-runtime.js';

/** Trains a classifier: for pretraining a backbone, and for comparing with other libraries. */
export class ClassifierTraining {
  #steps = 0;
  readonly #config: ClassifierConfig & { readonly optimizer: OptimizerConfig };
  readonly #held: StepState;

  private constructor(
    config: ClassifierConfig & { readonly optimizer: OptimizerConfig },
    held: StepState,
  ) {
    this.#config = config;
    this.#held = held;
  }

  /** Variables start from `weights` or from the seed. */
  static async create(
    config: ClassifierConfig & { readonly batchSize: number; readonly optimizer: OptimizerConfig },
    options: SessionOptions & { readonly seed: number; readonly weights?: NamedTensors },
  ): Promise<ClassifierTraining> {
    const { graph, image, logits } = buildClassifier(config, config.batchSize);
    const label = graph.input('label', [config.batchSize, config.classes]);
    const total = softmaxCrossEntropy(graph, logits, label);
    const step = writeStep({
      graph,
      inputs: [image, label],
      total,
      results: [],
      optimizer: config.optimizer,
    });
    const start = initialise(graph, options.seed, options.weights);
    return new ClassifierTraining(config, await StepState.create(step, start, options));
  }

  /**
   * One step.
   *
   * @param images `[N, C, S, S]`, normalised.
   * @param labels `[N]`, the number of each picture's class.
   * @returns the loss before the update.
   */
  async run(
    images: Float32Array,
    labels: readonly number[],
    learningRate: number,
  ): Promise<number> {
    const { channels, imageSize, classes, optimizer } = this.#config;
    const oneHot = new Float32Array(labels.length * classes);
    for (const [i, label] of labels.entries()) oneHot[i * classes + label] = 1;
    const results = await this.#held.run(
      new Map([
        ...scalarInputs(optimizer, ++this.#steps, learningRate),
        ['image', { shape: [labels.length, channels, imageSize, imageSize], data: images }],
        ['label', { shape: [labels.length, classes], data: oneHot }],
      ]),
    );
    return (results.loss!.data as Float32Array)[0]!;
  }

  async close(): Promise<void> {
    await this.#held.close();
  }
}

/** A trained classifier. */
export class Classifier {
  readonly #config: ClassifierConfig;
  readonly #session: InferenceSession;

  private constructor(config: ClassifierConfig, session: InferenceSession) {
    this.#config = config;
    this.#session = session;
  }

  /** @throws {RangeError} if a weight is missing. */
  static async create(
    config: ClassifierConfig,
    weights: NamedTensors,
    options: SessionOptions = {},
  ): Promise<Classifier> {
    const bytes = exportClassifier(config, weights);
    return new Classifier(config, await InferenceSession.create(bytes, sessionOptions(options)));
  }

  /**
   * @param images `[N, C, S, S]`, normalised.
   * @returns logits `[N, K]`.
   */
  async run(images: Float32Array): Promise<Float32Array> {
    const { channels, imageSize } = this.#config;
    const count = images.length / (channels * imageSize * imageSize);
    const image = new Tensor('float32', images, [count, channels, imageSize, imageSize]);
    const { logits } = await this.#session.run({ image });
    return logits!.data as Float32Array;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
