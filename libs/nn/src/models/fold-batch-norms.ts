import { topologicalOrder, type Node, type OpNode, type VariableNode } from '../graph/graph.js';
import type { NamedTensor, NamedTensors } from '../weights/named-tensors.js';

/**
 * Replaces conv → batchNorm by one convolution with a bias, if nothing else reads the convolution: `w · γ/σ` and `β + (b − μ) · γ/σ`.
 * The epsilon of the normalisation prevents a division by zero variance (dead channels).
 */
export function foldBatchNorms(
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
  const epsilon = norm.op.attributes!.epsilon!;
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
