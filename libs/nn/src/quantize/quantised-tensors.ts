import type { FloatGraph } from './float-graph.js';

/** Operators that ONNX Runtime computes in 8 bits on every processor. A Clip or Relu becomes the bound of its output's range. */
const follows = new Set(['Add', 'Clip', 'Concat', 'Relu', 'Resize']);

/** Which parts of a graph are computed in 8 bits. */
export interface QuantisedParts {
  /** Names of the nodes. */
  readonly nodes: ReadonlySet<string>;
  /** Names of the tensors that are rounded to 8 bits: inputs and outputs of those nodes. */
  readonly tensors: readonly string[];
}

/**
 * Convolutions, and ops that only join, add or bound their outputs. The picture's preprocessing, the decision and everything after a
 * sigmoid stay floats: there 8 bits cost accuracy and save no time. So do the outputs for a picture's distance from the training
 * data, which are recomputed for a quantised model.
 */
export function quantisedParts({ nodes, constants }: FloatGraph): QuantisedParts {
  const chosen = new Set<string>();
  const written = new Set<string>();
  for (const { name, opType, input, output } of nodes) {
    const data = (input ?? []).filter((each) => each !== '' && !constants.has(each));
    const isConvolution =
      opType === 'Conv' &&
      (input ?? []).slice(1).every((each) => each === '' || constants.has(each));
    const reads = opType === 'Resize' || opType === 'Clip' ? data.slice(0, 1) : data;
    const isChosen =
      isConvolution ||
      (follows.has(opType ?? '') && reads.length > 0 && reads.every((each) => written.has(each)));
    if (!isChosen) continue;
    chosen.add(name!);
    written.add(output![0]!);
  }
  dropLastResizes(nodes, chosen);
  const readers = new Map<string, string[]>();
  for (const { name, input } of nodes)
    for (const each of input ?? []) readers.set(each, [...(readers.get(each) ?? []), name!]);
  const bounds = new Set(
    nodes
      .filter(({ name, opType }) => chosen.has(name!) && (opType === 'Clip' || opType === 'Relu'))
      .map(({ name }) => name!),
  );
  const tensors = new Set<string>();
  for (const { name, opType, input, output } of nodes) {
    if (!chosen.has(name!)) continue;
    const isData = (each: string, at: number) =>
      each !== '' && !constants.has(each) && (at === 0 || opType === 'Add' || opType === 'Concat');
    for (const each of (input ?? []).filter(isData)) if (!bounds.has(name!)) tensors.add(each);
    const own = output![0]!;
    const next = readers.get(own) ?? [];
    // Nothing is rounded between a convolution and its bound.
    const isBoundNext = next.length === 1 && bounds.has(next[0]!);
    if (!isBoundNext) tensors.add(own);
  }
  return { nodes: chosen, tensors: [...tensors] };
}

/** A Resize whose result no quantised node reads, such as the mask's, is smoother in floats. */
function dropLastResizes(nodes: FloatGraph['nodes'], chosen: Set<string>): void {
  for (const { name, opType, output } of [...nodes].reverse()) {
    if (opType !== 'Resize' || !chosen.has(name!)) continue;
    const isRead = nodes.some(
      (other) => chosen.has(other.name!) && (other.input ?? []).includes(output![0]!),
    );
    if (!isRead) chosen.delete(name!);
  }
}
