import { emitBackward, emitForward } from '../graph/differentiate.js';
import type { InputNode, Node, OpNode } from '../graph/graph.js';
import type { Shape } from '../graph/shape.js';
import { buildJcs, type JcsConfig, type JcsNetwork } from '../models/jcs.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { add } from '../ops/elementwise.js';
import { scale } from '../ops/layout.js';
import { maskCrossEntropy, softDice, softmaxCrossEntropy } from './losses.js';
import { emitUpdate, momentNames, withoutEndingOnes, type OptimizerConfig } from './optimizers.js';

/** Weights of the parts of the loss. */
export interface LossConfig {
  readonly classification: number;
  /** Binary cross-entropy of the mask. */
  readonly segmentation: number;
  /** Soft Dice of the mask, beside its cross-entropy; 0 leaves it out, as the paper does. */
  readonly dice?: number;
}

/** What a training step is made for; each combination is a graph of its own. */
export interface StepConfig {
  readonly model: JcsConfig;
  readonly batchSize: number;
  readonly optimizer: OptimizerConfig;
  readonly loss: LossConfig;
  /** Largest Euclidean norm of all gradients together; longer ones are shortened to it. */
  readonly clipNorm?: number;
  /** Also hand out the gradients, for comparing engines. */
  readonly outputGradients?: boolean;
}

/** A training step as one ONNX graph: forward, backward, update. */
export interface TrainingStep {
  readonly bytes: Uint8Array;
  readonly network: JcsNetwork;
  /** Tensors that go in and come out changed: variables and moments. */
  readonly state: readonly { readonly name: string; readonly shape: Shape }[];
  /** Name of the output that replaces each state. */
  readonly outputOf: ReadonlyMap<string, string>;
  readonly gradientOf: ReadonlyMap<string, string>;
}

/** The joint model with its loss, before any engine. */
export interface LossGraph {
  readonly network: JcsNetwork;
  /** Inputs beside the network's own. */
  readonly targets: readonly InputNode[];
  readonly total: OpNode;
  readonly classification: OpNode;
  readonly segmentation: OpNode;
}

/** Builds the network of a step up to its loss. */
export function buildLoss({ model, batchSize: n, loss }: StepConfig): LossGraph {
  const network = buildJcs(model, n);
  const { graph, logits, maskLogits } = network;
  const size = model.imageSize;
  const label = graph.input('label', [n, 2]);
  const mask = graph.input('mask', [n, 1, size, size]);
  const maskWeight = graph.input('mask_weight', [n]);
  const maskShare = graph.input('mask_share', [1]);

  const classification = softmaxCrossEntropy(graph, logits, label);
  const segmentation = maskCrossEntropy(graph, maskLogits, mask, maskWeight, maskShare);
  let total = graph.apply(
    add,
    graph.apply(scale(loss.classification), classification),
    graph.apply(scale(loss.segmentation), segmentation),
  );
  const dice = loss.dice ?? 0;
  if (dice > 0)
    total = graph.apply(
      add,
      total,
      graph.apply(scale(dice), softDice(graph, maskLogits, mask, maskWeight)),
    );
  return {
    network,
    targets: [label, mask, maskWeight, maskShare],
    total,
    classification,
    segmentation,
  };
}

/** Builds the step's graph. */
export function buildTrainingStep(config: StepConfig): TrainingStep {
  const { batchSize: n, optimizer } = config;
  const { network, targets, total, classification, segmentation } = buildLoss(config);
  const { graph, logits, dropouts } = network;
  const emit = new OnnxEmitter();
  const nameOf = (node: Node) =>
    node.kind === 'input' ? node.name : node.kind === 'variable' ? node.variable.name : '';
  const emitted = emitForward(
    emit,
    [total, classification, segmentation, logits],
    'training',
    nameOf,
  );
  let gradients = emitBackward(emit, total, emitted);
  let norm: string | undefined;
  if (config.clipNorm !== undefined) {
    norm = gradientNorm(emit, gradients);
    const share = emit.div(emit.floats([config.clipNorm]), emit.add(norm, emit.floats([1e-6])));
    const factor = emit.node('Min', [share, emit.floats([1])]);
    gradients = new Map(
      [...gradients].map(([name, gradient]) => {
        const { shape } = graph.variables.get(name)!;
        const scaled = emit.mul(emit.reshape(gradient, withoutEndingOnes(shape)), factor);
        return [name, emit.reshape(scaled, shape)];
      }),
    );
  }

  const state: { name: string; shape: Shape }[] = [];
  const outputOf = new Map<string, string>();
  const gradientOf = new Map<string, string>();
  const scalars = {
    learningRate: 'learning_rate',
    correction1: 'correction_1',
    correction2: 'correction_2',
  };
  for (const { variable } of graph.variables.values()) {
    const { name, shape } = variable;
    state.push({ name, shape });
    const update = emitted.updates.get(name);
    if (update !== undefined) {
      outputOf.set(name, update);
      continue;
    }
    const gradient = gradients.get(name);
    if (gradient === undefined) throw new Error(`The variable "${name}" has no part in the loss`);
    gradientOf.set(name, gradient);
    const moments = momentNames(optimizer).map((moment) => `optimizer.${moment}.${name}`);
    state.push(...moments.map((moment) => ({ name: moment, shape })));
    const next = emitUpdate(emit, optimizer, scalars, {
      parameter: name,
      gradient,
      moments,
      shape,
    });
    outputOf.set(name, next.parameter);
    moments.forEach((moment, i) => outputOf.set(moment, next.moments[i]!));
  }

  const results: Record<string, string> = {
    loss: emitted.names.get(total)!,
    classification_loss: emitted.names.get(classification)!,
    segmentation_loss: emitted.names.get(segmentation)!,
    logits: emitted.names.get(logits)!,
    ...(norm === undefined ? {} : { gradient_norm: norm }),
  };
  for (const [name, value] of Object.entries(results)) emit.named(name, 'Identity', [value]);
  const shapeOf = new Map(state.map(({ name, shape }) => [name, shape]));
  const bytes = writeOnnx({
    name: 'training-step',
    graph: emit,
    inputs: [
      { name: 'image', shape: network.image.shape },
      ...[...targets, ...dropouts.map(({ mask: m }) => m)].map(({ name, shape }) => ({
        name,
        shape,
      })),
      ...Object.values(scalars).map((name) => ({ name, shape: [1] })),
      ...state,
    ],
    outputs: [
      ...Object.keys(results).map((name) => ({ name, shape: name === 'logits' ? [n, 2] : [1] })),
      ...[...outputOf].map(([name, output]) => ({ name: output, shape: shapeOf.get(name)! })),
      ...(config.outputGradients === true
        ? [...gradientOf].map(([name, output]) => ({ name: output, shape: shapeOf.get(name)! }))
        : []),
    ],
  });
  return { bytes, network, state, outputOf, gradientOf };
}

function gradientNorm(emit: OnnxEmitter, gradients: ReadonlyMap<string, string>): string {
  const squares = [...gradients.values()].map((gradient) => {
    const flat = emit.reshape(gradient, [-1]);
    return emit.reduceSum(emit.mul(flat, flat), [0]);
  });
  return emit.node('Sqrt', [emit.node('Sum', squares)]);
}
