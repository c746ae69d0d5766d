import type { InputNode, OpNode } from '../graph/graph.js';
import { buildJcs, type JcsConfig, type JcsNetwork } from '../models/jcs.js';
import { add } from '../ops/add.js';
import { scale } from '../ops/scale.js';
import { maskCrossEntropy } from './mask-cross-entropy.js';
import { softDice } from './soft-dice.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';
import type { OptimizerConfig } from './optimizers.js';
import { writeStep, type WrittenStep } from './write-step.js';

/** Weights of the parts of the loss. */
export interface LossConfig {
  readonly classification: number;
  /** Binary cross-entropy of the mask. */
  readonly segmentation: number;
  /** Soft Dice of the mask, added to its cross-entropy; 0 leaves it out, as the paper does. */
  readonly dice?: number;
}

/** What a training step is built for; each combination has its own graph. */
export interface StepConfig {
  readonly model: JcsConfig;
  readonly batchSize: number;
  readonly optimizer: OptimizerConfig;
  readonly loss: LossConfig;
  /** Largest Euclidean norm of all gradients together; larger gradients are scaled down to it. */
  readonly clipNorm?: number;
  /** Also return the gradients, for comparing engines. */
  readonly outputGradients?: boolean;
}

/** The step of a joint model. */
export interface TrainingStep extends WrittenStep {
  readonly network: JcsNetwork;
}

/** The joint model with its loss, before any engine. */
export interface LossGraph {
  readonly network: JcsNetwork;
  /** Inputs in addition to the network's own. */
  readonly targets: readonly InputNode[];
  readonly total: OpNode;
  readonly classification: OpNode;
  /** Undefined for a classifier. */
  readonly segmentation: OpNode | undefined;
}

/** Builds the network of a step up to its loss. */
export function buildLoss({ model, batchSize: n, loss }: StepConfig): LossGraph {
  const network = buildJcs(model, n);
  const { graph, logits, maskLogits } = network;
  const size = model.imageSize;
  const label = graph.input('label', [n, 2]);
  const classification = softmaxCrossEntropy(graph, logits, label);
  const classified = graph.apply(scale(loss.classification), classification);
  if (maskLogits === undefined) {
    return {
      network,
      targets: [label],
      total: classified,
      classification,
      segmentation: undefined,
    };
  }
  const mask = graph.input('mask', [n, 1, size, size]);
  const maskWeight = graph.input('mask_weight', [n]);
  const maskKnown = graph.input('mask_known', [n, 1, size, size]);
  const maskShare = graph.input('mask_share', [1]);

  const segmentation = maskCrossEntropy(graph, maskLogits, mask, maskWeight, maskKnown, maskShare);
  let total = graph.apply(add, classified, graph.apply(scale(loss.segmentation), segmentation));
  const dice = loss.dice ?? 0;
  if (dice > 0)
    total = graph.apply(
      add,
      total,
      graph.apply(scale(dice), softDice(graph, maskLogits, mask, maskWeight, maskKnown)),
    );
  return {
    network,
    targets: [label, mask, maskWeight, maskKnown, maskShare],
    total,
    classification,
    segmentation,
  };
}

/** Builds the step's graph. */
export function buildTrainingStep(config: StepConfig): TrainingStep {
  const { batchSize: n } = config;
  const { network, targets, total, classification, segmentation } = buildLoss(config);
  const step = writeStep({
    graph: network.graph,
    inputs: [network.image, ...targets, ...network.dropouts.map(({ mask }) => mask)],
    total,
    results: [
      { name: 'classification_loss', node: classification, shape: [1] },
      ...(segmentation ? [{ name: 'segmentation_loss', node: segmentation, shape: [1] }] : []),
      { name: 'logits', node: network.logits, shape: [n, 2] },
    ],
    optimizer: config.optimizer,
    ...(config.clipNorm === undefined ? {} : { clipNorm: config.clipNorm }),
    outputGradients: config.outputGradients ?? false,
  });
  return { ...step, network };
}
