import { emitForward } from '../graph/differentiate.js';
import { Graph, type InputNode, type OpNode } from '../graph/graph.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { flatten } from '../ops/flatten.js';
import { globalAveragePool } from '../ops/global-average-pool.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { buildDenseNet } from './densenet.js';
import { foldBatchNorms } from './fold-batch-norms.js';
import { denseNets, type BackboneName } from './jcs.js';
import { linearLayer } from './layers.js';
import {
  buildInvertedResiduals,
  invertedResidualNets,
  isInvertedResidual,
  type BackboneOptions,
} from './inverted-residuals.js';

/** A backbone with its classifier, as trained on ImageNet. */
export interface ClassifierConfig {
  readonly backbone: BackboneName;
  /** 3 for ImageNet. */
  readonly channels: number;
  readonly imageSize: number;
  readonly classes: number;
  /** See {@link BackboneOptions}. */
  readonly stridePadding?: BackboneOptions['stridePadding'];
}

/** Builds the network with torchvision's variable names; pictures come normalised. */
export function buildClassifier(
  { backbone, channels, imageSize, classes, stridePadding = 'both' }: ClassifierConfig,
  batch = 1,
): { graph: Graph; image: InputNode; logits: OpNode } {
  const graph = new Graph();
  const image = graph.input('image', [batch, channels, imageSize, imageSize]);
  const { last, head } = isInvertedResidual(backbone)
    ? buildInvertedResiduals(graph, image, invertedResidualNets[backbone], {
        outputStride: 32,
        stridePadding,
        head: true,
      })
    : {
        ...buildDenseNet(graph, image, denseNets[backbone], { outputStride: 32 }),
        head: undefined,
      };
  const pooled = graph.apply(flatten, graph.apply(globalAveragePool, head ?? last));
  // torchvision's MobileNetV2 has a dropout before its linear layer, which takes the number 0.
  const logits = graph.scope(head ? 'classifier.1' : 'classifier', () =>
    linearLayer(graph, pooled, classes),
  );
  return { graph, image, logits };
}

/**
 * Writes a classifier: input `image` `[N, C, S, S]`, normalised; output `logits` `[N, K]`. Batch normalisation is folded.
 *
 * @throws {RangeError} if a weight is missing.
 */
export function exportClassifier(config: ClassifierConfig, weights: NamedTensors): Uint8Array {
  const { logits } = buildClassifier(config);
  const folded = foldBatchNorms([logits], weights);
  const emit = new OnnxEmitter();
  const { names } = emitForward(emit, folded.outputs, 'inference', (node) => {
    if (node.kind === 'input') return node.name;
    const { name, shape } = node.variable;
    const tensor = folded.weights.get(name);
    if (!tensor) throw new RangeError(`Expected the weight ${name}, it is missing`);
    return emit.weight(name, shape, tensor.data);
  });
  emit.named('logits', 'Identity', [names.get(folded.outputs[0]!)!]);
  const { channels, imageSize, classes } = config;
  return writeOnnx({
    name: config.backbone,
    graph: emit,
    inputs: [{ name: 'image', shape: ['N', channels, imageSize, imageSize] }],
    outputs: [{ name: 'logits', shape: ['N', classes] }],
  });
}
