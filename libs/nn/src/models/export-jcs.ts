import { emitForward } from '../graph/differentiate.js';
import type { Node, OpNode, VariableNode } from '../graph/graph.js';
import { topologicalOrder } from '../graph/graph.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import type { NamedTensor, NamedTensors } from '../weights/named-tensors.js';
import { buildJcs, type JcsConfig } from './jcs.js';

/** What an exported model says of itself, besides its weights. */
export interface ModelMetadata {
  readonly name: string;
  readonly version: string;
  readonly trained: boolean;
  /** Decision threshold on the probability, chosen on validation data. */
  readonly threshold: number;
  /** Temperature that logits are divided by before the softmax. */
  readonly temperature: number;
  /** What it was trained on, in words. */
  readonly trainingData: string;
  readonly crop: 'none' | 'chest';
}

/**
 * Writes the model that servers run: input `image` float32 `[N, 1, H, W]` in 0–1 of any size; outputs `probability` `[N, 1]`, `logits` `[N, 2]`
 * (non-covid, covid) and `mask` `[N, 1, S, S]`. The antialiased resize to S and the normalisation are inside; batch normalisation that
 * follows a convolution is folded into its weights.
 */
export function exportJcs(
  config: JcsConfig,
  weights: NamedTensors,
  metadata: ModelMetadata,
): Uint8Array {
  const { logits, maskLogits } = buildJcs(config);
  const emit = new OnnxEmitter();
  const folded = foldBatchNorms([logits, maskLogits], weights);
  const square = emit.node(
    'Resize',
    ['image', '', '', emit.integers([config.imageSize, config.imageSize])],
    {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
      antialias: 1,
      exclude_outside: 1,
      axes: [2, 3],
    },
  );
  const written = new Set<string>();
  const emitted = emitForward(emit, folded.outputs, 'inference', (node) => {
    if (node.kind === 'input') return node.name === 'image' ? square : '';
    const { name, shape } = node.variable;
    if (!written.has(name)) {
      const tensor = folded.weights.get(name);
      if (!tensor) throw new RangeError(`Expected the weight ${name}, it is missing`);
      emit.weight(name, shape, tensor.data);
      written.add(name);
    }
    return name;
  });
  const [logitsNode, maskNode] = folded.outputs;
  const raw = emitted.names.get(logitsNode!)!;
  emit.named('logits', 'Identity', [raw]);
  const warm =
    metadata.temperature === 1 ? raw : emit.div(raw, emit.floats([metadata.temperature]));
  const probabilities = emit.node('Softmax', [warm], { axis: 1 });
  emit.named('probability', 'Slice', [
    probabilities,
    emit.integers([1]),
    emit.integers([2]),
    emit.integers([1]),
  ]);
  emit.named('mask', 'Sigmoid', [emitted.names.get(maskNode!)!]);
  return writeOnnx({
    name: metadata.name,
    graph: emit,
    inputs: [{ name: 'image', shape: ['N', 1, 'H', 'W'] }],
    outputs: [
      { name: 'probability', shape: ['N', 1] },
      { name: 'logits', shape: ['N', 2] },
      { name: 'mask', shape: ['N', 1, config.imageSize, config.imageSize] },
    ],
    metadata: {
      name: metadata.name,
      version: metadata.version,
      trained: String(metadata.trained),
      threshold: String(metadata.threshold),
      temperature: String(metadata.temperature),
      training_data: metadata.trainingData,
      crop: metadata.crop,
      config: JSON.stringify(config),
    },
  });
}

/**
 * Replaces conv → batchNorm by one convolution with a bias, where nothing else reads the convolution: `w · γ/σ` and `β + (b − μ) · γ/σ`.
 * Zero variances (dead channels) are kept apart from division by the epsilon of the normalisation.
 */
function foldBatchNorms(
  outputs: readonly Node[],
  weights: NamedTensors,
): { outputs: Node[]; weights: Map<string, NamedTensor> } {
  const order = topologicalOrder(outputs);
  const readers = new Map<Node, number>();
  for (const node of order) {
    if (node.kind !== 'op') continue;
    for (const input of node.inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  }
  const result = new Map(weights);
  const replaced = new Map<Node, Node>();
  for (const node of order) {
    if (node.kind !== 'op') {
      replaced.set(node, node);
      continue;
    }
    const inputs = node.inputs.map((input) => replaced.get(input)!);
    const before = node.inputs[0];
    const foldable =
      node.op.name === 'batchNorm' &&
      before?.kind === 'op' &&
      (before.op.name === 'conv' || before.op.name === 'phaseConv') &&
      readers.get(before) === 1 &&
      before.inputs.length === 2;
    replaced.set(node, foldable ? fold(node, before, replaced, result) : { ...node, inputs });
  }
  return { outputs: outputs.map((output) => replaced.get(output)!), weights: result };
}

function fold(
  norm: OpNode,
  conv: OpNode,
  replaced: ReadonlyMap<Node, Node>,
  weights: Map<string, NamedTensor>,
): OpNode {
  const [x, kernel] = conv.inputs as [Node, VariableNode];
  const [, gamma, beta, mean, variance] = norm.inputs as [
    Node,
    VariableNode,
    VariableNode,
    VariableNode,
    VariableNode,
  ];
  const read = (node: VariableNode) => {
    const tensor = weights.get(node.variable.name);
    if (!tensor) throw new RangeError(`Expected the weight ${node.variable.name}, it is missing`);
    return tensor.data;
  };
  const epsilon = norm.op.attributes.epsilon as number;
  const channels = gamma.shape[0]!;
  const data = Float32Array.from(read(kernel));
  const bias = new Float32Array(channels);
  const perChannel = data.length / channels;
  for (let c = 0; c < channels; c++) {
    const factor = read(gamma)[c]! / Math.sqrt(read(variance)[c]! + epsilon);
    for (let i = 0; i < perChannel; i++) data[c * perChannel + i]! *= factor;
    bias[c] = read(beta)[c]! - read(mean)[c]! * factor;
  }
  const named = (suffix: string, shape: readonly number[], values: Float32Array): VariableNode => {
    const name = `${kernel.variable.name}.${suffix}`;
    weights.set(name, { shape, data: values });
    return {
      kind: 'variable',
      shape,
      needsGradient: false,
      variable: { name, shape, initializer: { kind: 'zeros' }, trainable: false },
    };
  };
  return {
    ...conv,
    inputs: [
      replaced.get(x)!,
      named('folded', kernel.shape, data),
      named('folded_bias', [channels], bias),
    ],
  };
}
