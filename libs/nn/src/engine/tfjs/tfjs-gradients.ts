import type { Tensor } from '@tensorflow/tfjs-core';
import { topologicalOrder, type Node, type OpNode } from '../../graph/graph.js';
import type { Tfjs } from '../../graph/op.js';
import { channelsFirst, channelsLast } from '../../ops/parts/tfjs-layout.js';

/** Result of {@link tfjsGradients}. The caller disposes of every tensor in it. */
export interface TfjsGradients {
  /** In the order of the requested nodes. */
  readonly results: Tensor[];
  /** Of the total, by the name of the trainable variable. */
  readonly gradients: Record<string, Tensor>;
  /** New values of buffers (running statistics), by name. */
  readonly updates: Record<string, Tensor>;
}

/**
 * Forward and backward pass of a graph on TensorFlow.js.
 *
 * It is written to save memory. TensorFlow.js's own tape keeps every intermediate of every op until the last gradient, several
 * times what ONNX Runtime needs. Here the outputs of costly ops (convolutions, matrix products) are kept, all others are
 * dropped after their last use and recomputed on the way back (Chen et al. 2016, Pleiss et al. 2017), and each op is differentiated
 * separately.
 *
 * @param leaf the tensor of an input or variable; it is not disposed of here.
 */
export function tfjsGradients(
  tf: Tfjs,
  total: OpNode,
  results: readonly OpNode[],
  leaf: (node: Exclude<Node, OpNode>) => Tensor,
): TfjsGradients {
  return tf.tidy(() => {
    const order = topologicalOrder([total, ...results]);
    const values = new Map<Node, Tensor>();
    const updates = forwardPass(tf, order, values, new Set([total, ...results]), leaf);
    const copies = results.map((node) => channelsFirst(tf, values.get(node)!));
    const gradients = backwardPass(tf, order, values, total, leaf);
    return { results: copies, gradients, updates };
  });
}

/** Computes every node. Afterwards `values` has those of costly ops and of `wanted`. @returns new values of buffers. */
function forwardPass(
  tf: Tfjs,
  order: readonly Node[],
  values: Map<Node, Tensor>,
  wanted: ReadonlySet<Node>,
  leaf: (node: Exclude<Node, OpNode>) => Tensor,
): Record<string, Tensor> {
  const uses = new Map<Node, number>();
  for (const node of order) {
    for (const input of inputsOf(node)) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  const updates: Record<string, Tensor> = {};
  for (const node of order) {
    if (node.kind !== 'op') {
      values.set(node, channelsLast(tf, leaf(node)));
      continue;
    }
    const { value, changed } = runOp(tf, node, values);
    values.set(node, value);
    Object.assign(updates, changed);
    for (const input of inputsOf(node)) {
      const left = uses.get(input)! - 1;
      uses.set(input, left);
      if (left > 0 || input.kind !== 'op' || input.op.costly === true || wanted.has(input))
        continue;
      values.get(input)!.dispose();
      values.delete(input);
    }
  }
  return updates;
}

/** Walks back from the total, removing the value of every op on the way. */
function backwardPass(
  tf: Tfjs,
  order: readonly Node[],
  values: Map<Node, Tensor>,
  total: OpNode,
  leaf: (node: Exclude<Node, OpNode>) => Tensor,
): Record<string, Tensor> {
  const arrived = new Map<Node, Tensor>([[total, tf.ones([...total.shape])]]);
  const gradients: Record<string, Tensor> = {};
  const valueOf = (node: Node): Tensor => {
    let value = values.get(node);
    if (value) return value;
    if (node.kind !== 'op') value = channelsLast(tf, leaf(node));
    else {
      for (const input of inputsOf(node)) valueOf(input);
      const { value: again, changed } = runOp(tf, node, values);
      for (const tensor of Object.values(changed)) tensor.dispose();
      value = again;
    }
    values.set(node, value);
    return value;
  };
  for (const node of order.toReversed()) {
    const gradient = arrived.get(node);
    arrived.delete(node);
    if (node.kind === 'variable' && gradient)
      gradients[node.variable.name] = channelsFirst(tf, gradient);
    if (node.kind !== 'op') continue;
    if (gradient && node.needsGradient) {
      const parts = differentiate(tf, node, valueOf, gradient);
      for (const [input, part] of parts) {
        const before = arrived.get(input);
        arrived.set(input, before ? tf.add(before, part) : part);
        if (!before) continue;
        before.dispose();
        part.dispose();
      }
    }
    gradient?.dispose();
    // All ops that use it have had their gradients: nothing needs it any more.
    values.get(node)?.dispose();
    values.delete(node);
  }
  return gradients;
}

/** The op's value and the new values of the buffers among its inputs, whose values must be in `values`. */
function runOp(
  tf: Tfjs,
  node: OpNode,
  values: ReadonlyMap<Node, Tensor>,
): { value: Tensor; changed: Record<string, Tensor> } {
  return tf.tidy(() => {
    const changed: Record<string, Tensor> = {};
    const value = node.op.tfjs({
      tf,
      inputs: node.inputs.map((input) => values.get(input)!),
      shape: node.shape,
      update: (index, tensor) => {
        const buffer = node.inputs[index]!;
        if (buffer.kind === 'variable') changed[buffer.variable.name] = tensor;
      },
    });
    return { value, changed };
  });
}

/** The gradient of each input that needs one. An input used twice by an op gets the sum. */
function differentiate(
  tf: Tfjs,
  node: OpNode,
  valueOf: (node: Node) => Tensor,
  gradient: Tensor,
): (readonly [Node, Tensor])[] {
  const { op, inputs, shape } = node;
  const wanted = inputsOf(node).filter((input) => input.needsGradient);
  const tensors = inputs.map(valueOf);
  const parts = tf.tidy(() =>
    tf.grads((...given: Tensor[]) =>
      op.tfjs({
        tf,
        inputs: inputs.map((input, i) => given[wanted.indexOf(input)] ?? tensors[i]!),
        shape,
        update: () => undefined,
      }),
    )(wanted.map(valueOf), gradient),
  );
  return wanted.map((input, i) => [input, parts[i]!] as const);
}

/** Each input once. */
function inputsOf(node: Node): Node[] {
  return node.kind === 'op' ? [...new Set(node.inputs)] : [];
}
