import type { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { topologicalOrder, type Node, type OpNode } from './graph.js';
import type { Mode } from './op.js';

/** A network written as ONNX nodes. */
export interface Emitted {
  /** The name of each node's value. */
  readonly names: ReadonlyMap<Node, string>;
  readonly saved: ReadonlyMap<Node, Readonly<Record<string, string>>>;
  /** New values of buffers, by the buffer's name. */
  readonly updates: ReadonlyMap<string, string>;
}

/** Writes the nodes that `outputs` depend on. `nameOf` gives the names of inputs and variables. */
export function emitForward(
  emit: OnnxEmitter,
  outputs: readonly Node[],
  mode: Mode,
  nameOf: (node: Exclude<Node, OpNode>) => string,
): Emitted {
  const names = new Map<Node, string>();
  const saved = new Map<Node, Readonly<Record<string, string>>>();
  const updates = new Map<string, string>();
  for (const node of topologicalOrder(outputs)) {
    if (node.kind !== 'op') {
      names.set(node, nameOf(node));
      continue;
    }
    const result = node.op.forward({
      emit,
      mode,
      inputs: node.inputs.map((input) => names.get(input)!),
      shapes: node.inputs.map((input) => input.shape),
      shape: node.shape,
      nodes: node.inputs,
    });
    names.set(node, result.output);
    if (result.saved) saved.set(node, result.saved);
    for (const [index, value] of result.updates ?? []) {
      const buffer = node.inputs[index]!;
      if (buffer.kind !== 'variable')
        throw new Error(
          `Expected input ${index} of ${node.op.name} to be a buffer, since it is updated`,
        );
      updates.set(buffer.variable.name, value);
    }
  }
  return { names, saved, updates };
}

/**
 * Reverse-mode differentiation: writes the gradients of a scalar with respect to every trainable variable it depends on, as ordinary
 * nodes. A value that several ops use gets the sum of their gradients.
 *
 * @returns the gradients' names by variable.
 */
export function emitBackward(
  emit: OnnxEmitter,
  loss: OpNode,
  { names, saved }: Emitted,
): Map<string, string> {
  const parts = new Map<Node, string[]>([[loss, [emit.floats([1], loss.shape)]]]);
  const gradients = new Map<string, string>();
  for (const node of topologicalOrder([loss]).reverse()) {
    const arrived = parts.get(node);
    if (!arrived || !node.needsGradient) continue;
    const gradient = arrived.length === 1 ? arrived[0]! : emit.node('Sum', arrived);
    if (node.kind === 'variable') {
      gradients.set(node.variable.name, gradient);
      continue;
    }
    const wanted = node.inputs.map((input) => input.needsGradient);
    const results = node.op.backward({
      emit,
      inputs: node.inputs.map((input) => names.get(input)!),
      shapes: node.inputs.map((input) => input.shape),
      shape: node.shape,
      output: names.get(node)!,
      saved: saved.get(node) ?? {},
      gradient,
      wanted,
    });
    for (const [i, input] of node.inputs.entries()) {
      const part = results[i];
      if (wanted[i] !== true) continue;
      if (part === undefined)
        throw new Error(`Expected ${node.op.name} to return a gradient for its input ${i}`);
      parts.set(input, [...(parts.get(input) ?? []), part]);
    }
  }
  return gradients;
}
