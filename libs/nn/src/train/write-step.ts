import { emitBackward, emitForward } from '../graph/differentiate.js';
import type { Graph, InputNode, Node, OpNode } from '../graph/graph.js';
import type { Shape } from '../graph/shape.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { emitUpdate, momentNames, withoutEndingOnes, type OptimizerConfig } from './optimizers.js';

/** Arguments of {@link writeStep}. */
export interface StepParts {
  readonly graph: Graph;
  readonly inputs: readonly InputNode[];
  /** The scalar that is minimised. */
  readonly total: OpNode;
  /** Outputs of the step in addition to `loss`. */
  readonly results: readonly {
    readonly name: string;
    readonly node: OpNode;
    readonly shape: Shape;
  }[];
  readonly optimizer: OptimizerConfig;
  readonly clipNorm?: number;
  readonly outputGradients?: boolean;
}

/** A training step as one ONNX graph: forward, backward, update. */
export interface WrittenStep {
  readonly bytes: Uint8Array;
  /** Tensors that each step takes and updates: variables and moments. */
  readonly state: readonly { readonly name: string; readonly shape: Shape }[];
  /** Name of the output that replaces each state. */
  readonly outputOf: ReadonlyMap<string, string>;
  readonly gradientOf: ReadonlyMap<string, string>;
}

/** Writes forward, backward and update of a network. Inputs are the network's, the scalars of the optimizer, and the state. */
export function writeStep(config: StepParts): WrittenStep {
  const { graph, inputs, total, optimizer } = config;
  const emit = new OnnxEmitter();
  const nameOf = (node: Node) =>
    node.kind === 'input' ? node.name : node.kind === 'variable' ? node.variable.name : '';
  const emitted = emitForward(
    emit,
    [total, ...config.results.map(({ node }) => node)],
    'training',
    nameOf,
  );
  let gradients = emitBackward(emit, total, emitted);
  if (config.clipNorm !== undefined) {
    const norm = gradientNorm(emit, gradients);
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
    if (gradient === undefined)
      throw new Error(`Expected the loss to depend on the variable "${name}"`);
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

  const results = [{ name: 'loss', node: total, shape: [1] }, ...config.results];
  for (const { name, node } of results) emit.named(name, 'Identity', [emitted.names.get(node)!]);
  const shapeOf = new Map(state.map(({ name, shape }) => [name, shape]));
  const bytes = writeOnnx({
    name: 'training-step',
    graph: emit,
    inputs: [
      ...inputs.map(({ name, shape }) => ({ name, shape })),
      ...Object.values(scalars).map((name) => ({ name, shape: [1] })),
      ...state,
    ],
    outputs: [
      ...results.map(({ name, shape }) => ({ name, shape })),
      ...[...outputOf].map(([name, output]) => ({ name: output, shape: shapeOf.get(name)! })),
      ...(config.outputGradients === true
        ? [...gradientOf].map(([name, output]) => ({ name: output, shape: shapeOf.get(name)! }))
        : []),
    ],
  });
  return { bytes, state, outputOf, gradientOf };
}

function gradientNorm(emit: OnnxEmitter, gradients: ReadonlyMap<string, string>): string {
  const squares = [...gradients.values()].map((gradient) => {
    const flat = emit.reshape(gradient, [-1]);
    return emit.reduceSum(emit.mul(flat, flat), [0]);
  });
  return emit.node('Sqrt', [emit.node('Sum', squares)]);
}
