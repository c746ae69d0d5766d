import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { emitBackward, emitForward } from '../graph/differentiate.js';
import { Graph, type Node } from '../graph/graph.js';
import type { Mode } from '../graph/op.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { flatten } from '../ops/flatten.js';
import { globalAveragePool } from '../ops/global-average-pool.js';
import { softmaxCrossEntropy } from '../train/softmax-cross-entropy.js';
import { emitUpdate, momentNames } from '../train/optimizers.js';
import type { NamedTensors } from '../weights/named-tensors.js';
import { readSafetensors } from '../weights/safetensors.js';
import { buildDenseNet, denseNet121, denseNet169, denseNet201, denseNetTiny } from './densenet.js';
import { linearLayer } from './layers.js';
import { InferenceSession, Tensor } from '../engine/onnx-runtime.js';

/** Results of torchvision 0.14: see fixtures/make-torchvision-densenet.py. */
const torch = readSafetensors(
  readFileSync(new URL('./fixtures/torchvision-densenet.safetensors', import.meta.url)),
).tensors;
const images = Float32Array.from(
  { length: 4 * 3 * 64 * 64 },
  (_, i) => Math.sin(i * 0.37) + Math.cos(i * i * 0.0001),
);
const labels = Float32Array.of(1, 0, 0, 1, 0, 1, 1, 0);

function build() {
  const graph = new Graph();
  const image = graph.input('image', [4, 3, 64, 64]);
  const label = graph.input('label', [4, 2]);
  const { last: features } = buildDenseNet(graph, image, denseNetTiny, { outputStride: 32 });
  const pooled = graph.apply(flatten, graph.apply(globalAveragePool, features));
  const logits = graph.scope('classifier', () => linearLayer(graph, pooled, 2));
  return { graph, logits, loss: softmaxCrossEntropy(graph, logits, label) };
}

const nameOf = (node: Node) =>
  node.kind === 'input' ? node.name : node.kind === 'variable' ? node.variable.name : '';

const tensorOf = (
  name: string,
  { shape, data }: { shape: readonly number[]; data: Float32Array },
) => [name, new Tensor('float32', data, [...shape])] as const;

function initial(): Record<string, Tensor> {
  const prefix = 'initial.';
  return Object.fromEntries(
    [...torch]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, tensor]) => tensorOf(name.slice(prefix.length), tensor)),
  );
}

async function forward(mode: Mode): Promise<Float32Array> {
  const { graph, logits } = build();
  const emit = new OnnxEmitter();
  const emitted = emitForward(emit, [logits], mode, nameOf);
  emit.named('logits', 'Identity', [emitted.names.get(logits)!]);
  const session = await InferenceSession.create(
    writeOnnx({
      name: 'forward',
      graph: emit,
      inputs: [
        { name: 'image', shape: [4, 3, 64, 64] },
        ...[...graph.variables.values()].map(({ variable: { name, shape } }) => ({ name, shape })),
      ],
      outputs: [{ name: 'logits', shape: [4, 2] }],
    }),
  );
  const image = new Tensor('float32', images, [4, 3, 64, 64]);
  const results = await session.run({ image, ...initial() });
  return results.logits!.data as Float32Array;
}

/** Five steps of Adam as ONNX graphs: losses, first gradients, and variables afterwards. */
async function train(): Promise<{
  losses: number[];
  gradients: NamedTensors;
  after: NamedTensors;
}> {
  const { graph, loss } = build();
  const emit = new OnnxEmitter();
  const emitted = emitForward(emit, [loss], 'training', nameOf);
  const gradients = emitBackward(emit, loss, emitted);
  emit.named('loss', 'Identity', [emitted.names.get(loss)!]);
  const optimizer = { kind: 'adam', epsilon: 1e-5 } as const;
  const scalars = { learningRate: 'rate', correction1: 'c1', correction2: 'c2' };
  const state: { name: string; shape: readonly number[]; output: string }[] = [];
  for (const { variable } of graph.variables.values()) {
    const { name, shape } = variable;
    const gradient = gradients.get(name);
    if (gradient === undefined) {
      state.push({ name, shape, output: emitted.updates.get(name)! });
      continue;
    }
    const moments = momentNames(optimizer).map((moment) => `${moment}.${name}`);
    const next = emitUpdate(emit, optimizer, scalars, {
      parameter: name,
      gradient,
      moments,
      shape,
    });
    state.push({ name, shape, output: next.parameter });
    moments.forEach((moment, i) => state.push({ name: moment, shape, output: next.moments[i]! }));
  }
  const session = await InferenceSession.create(
    writeOnnx({
      name: 'step',
      graph: emit,
      inputs: [
        { name: 'image', shape: [4, 3, 64, 64] },
        { name: 'label', shape: [4, 2] },
        ...Object.values(scalars).map((name) => ({ name, shape: [1] })),
        ...state,
      ],
      outputs: [
        { name: 'loss', shape: [1] },
        ...state.map(({ output, shape }) => ({ name: output, shape })),
        ...[...gradients].map(([name, output]) => ({
          name: output,
          shape: graph.variables.get(name)!.shape,
        })),
      ],
    }),
  );
  const start = initial();
  let values = new Map(
    state.map(({ name, shape }) => [
      name,
      start[name] ??
        new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b, 1)), [...shape]),
    ]),
  );
  const losses: number[] = [];
  const first = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  const number = (value: number) => new Tensor('float32', Float32Array.of(value), [1]);
  for (let t = 1; t <= 5; t++) {
    const results = await session.run({
      image: new Tensor('float32', images, [4, 3, 64, 64]),
      label: new Tensor('float32', labels, [4, 2]),
      rate: number(1e-3),
      c1: number(1 / (1 - 0.9 ** t)),
      c2: number(1 / (1 - 0.999 ** t)),
      ...Object.fromEntries(values),
    });
    losses.push((results.loss!.data as Float32Array)[0]!);
    if (t === 1) {
      for (const [name, output] of gradients)
        first.set(name, { shape: [], data: results[output]!.data as Float32Array });
    }
    values = new Map(state.map(({ name, output }) => [name, results[output]!]));
  }
  const after = new Map(
    [...values].map(([name, tensor]) => [name, { shape: [], data: tensor.data as Float32Array }]),
  );
  return { losses, gradients: first, after };
}

/** Largest difference over the largest value. */
function relativeError(ours: Float32Array, theirs: Float32Array): number {
  expect(ours).toHaveLength(theirs.length);
  let difference = 0;
  let largest = 1e-12;
  for (const [i, value] of theirs.entries()) {
    difference = Math.max(difference, Math.abs(value - ours[i]!));
    largest = Math.max(largest, Math.abs(value));
  }
  return difference / largest;
}

function under(prefix: string): [string, Float32Array][] {
  return [...torch]
    .filter(([name]) => name.startsWith(prefix))
    .map(([name, { data }]) => [name.slice(prefix.length), data]);
}

describe("a small DenseNet with torchvision's weights", () => {
  let trained: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    trained = await train();
  });

  test("has torchvision's variables, name by name", () => {
    const { graph } = build();
    expect([...graph.variables.keys()].sort()).toEqual(
      under('initial.')
        .map(([name]) => name)
        .sort(),
    );
  });

  test.each([
    ['training', 'logits'],
    ['inference', 'logits.eval'],
  ] as const)("gives PyTorch's logits in %s", async (mode, name) => {
    expect(relativeError(await forward(mode), torch.get(name)!.data)).toBeLessThan(1e-4);
  });

  test("has PyTorch's gradients", () => {
    for (const [name, theirs] of under('gradient.')) {
      expect(relativeError(trained.gradients.get(name)!.data, theirs), name).toBeLessThan(1e-3);
    }
  });

  test("has PyTorch's losses, parameters and running statistics after five steps of Adam", () => {
    expect(relativeError(Float32Array.from(trained.losses), torch.get('loss')!.data)).toBeLessThan(
      1e-4,
    );
    for (const [name, theirs] of under('after.')) {
      expect(relativeError(trained.after.get(name)!.data, theirs), name).toBeLessThan(1e-3);
    }
  });
});

test.each([
  // torchvision's own parameter counts, without the classifier's 1000 × channels + 1000.
  [denseNet121, 7_978_856 - 1_025_000],
  [denseNet169, 14_149_480 - 1_665_000],
  [denseNet201, 20_013_928 - 1_921_000],
])('$name has as many parameters as torchvision’s', (architecture, expected) => {
  const graph = new Graph();
  const image = graph.input('image', [1, 3, 224, 224]);
  buildDenseNet(graph, image, architecture, { outputStride: 32 });
  const trainable = [...graph.variables.values()].filter(({ variable }) => variable.trainable);
  const count = trainable.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  expect(count).toBe(expected);
});
