import { expect } from 'vitest';
import { emitBackward, emitForward } from '../graph/differentiate.js';
import { Graph, type Node } from '../graph/graph.js';
import { sizeOf, type Shape } from '../graph/shape.js';
import { OnnxEmitter } from '../onnx/onnx-emitter.js';
import { writeOnnx } from '../onnx/write-onnx.js';
import { reduceSum } from './reduce-sum.js';
import { reshape } from './reshape.js';
import { mul } from './mul.js';
import { uniformAt } from '../weights/initialise.js';
import { InferenceSession, Tensor } from '../engine/onnx-runtime.js';

/** Values of an input, by position. */
export type Fill = (i: number) => number;

/** What {@link checkGradient} compares. */
export interface GradientCheck {
  /** By input: our gradient, and that of finite differences. */
  readonly inputs: readonly {
    readonly ours: readonly number[];
    readonly differences: readonly number[];
  }[];
  readonly output: Float32Array;
}

/**
 * Differentiates `Σ output · r`, r fixed numbers, with our gradients and with central differences of the same graph's forward pass.
 *
 * @param build applies the op to its inputs.
 * @param buffers the inputs that have no gradient.
 */
export async function checkGradient(
  shapes: readonly Shape[],
  build: (graph: Graph, ...inputs: Node[]) => Node,
  fills: readonly Fill[] = [],
  buffers: readonly number[] = [],
): Promise<GradientCheck> {
  const graph = new Graph();
  const inputs = shapes.map((shape, i) =>
    buffers.includes(i)
      ? graph.buffer(`x${i}`, shape, { kind: 'zeros' })
      : graph.parameter(`x${i}`, shape, { kind: 'zeros' }),
  );
  const output = build(graph, ...inputs);
  const weights = graph.input('r', output.shape);
  const axes = output.shape.map((_, i) => i);
  const loss = graph.apply(
    reshape([1]),
    graph.apply(reduceSum(axes), graph.apply(mul, output, weights)),
  );
  const emit = new OnnxEmitter();
  const emitted = emitForward(emit, [loss, output], 'training', (node) =>
    node.kind === 'input' ? node.name : node.variable.name,
  );
  const gradients = emitBackward(emit, loss, emitted);
  emit.named('loss', 'Identity', [emitted.names.get(loss)!]);
  emit.named('output', 'Identity', [emitted.names.get(output)!]);
  for (const [i, shape] of shapes.entries()) {
    const none = () => emit.floats(new Float32Array(sizeOf(shape)), shape);
    emit.named(`g${i}`, 'Identity', [gradients.get(`x${i}`) ?? none()]);
  }
  const bytes = writeOnnx({
    name: 'check',
    graph: emit,
    inputs: [
      ...inputs.map(({ variable: { name, shape } }) => ({ name, shape })),
      { name: 'r', shape: output.shape },
    ],
    outputs: [
      { name: 'loss', shape: [1] },
      { name: 'output', shape: output.shape },
      ...shapes.map((shape, i) => ({ name: `g${i}`, shape })),
    ],
  });
  const session = await InferenceSession.create(bytes);
  const data = shapes.map((shape, i) => inputValues(shape, i, fills));
  const r = outputWeights(output.shape);
  const run = async () =>
    session.run({
      ...Object.fromEntries(
        shapes.map((shape, i) => [`x${i}`, new Tensor('float32', data[i]!, [...shape])]),
      ),
      r: new Tensor('float32', r, [...output.shape]),
    });
  const lossOf = async () => {
    // In double: the sum of floats would drown small differences.
    const values = (await run()).output!.data as Float32Array;
    return values.reduce((sum, value, k) => sum + value * r[k]!, 0);
  };
  const first = await run();
  const step = 1e-2;
  const checks: { ours: number[]; differences: number[] }[] = [];
  for (const [i, values] of data.entries()) {
    const differences: number[] = [];
    for (let k = 0; k < values.length; k++) {
      const value = values[k]!;
      values[k] = value + step;
      const up = await lossOf();
      const high = values[k]!;
      values[k] = value - step;
      const down = await lossOf();
      differences.push((up - down) / (high - values[k]!));
      values[k] = value;
    }
    checks.push({ ours: [...(first[`g${i}`]!.data as Float32Array)], differences });
  }
  const result = { inputs: checks, output: Float32Array.from(first.output!.data as Float32Array) };
  await session.release();
  return result;
}

/** The values that {@link checkGradient} gives an input: its fill, else random ones in −1 … 1. */
export function inputValues(
  shape: Shape,
  input: number,
  fills: readonly Fill[] = [],
): Float32Array {
  return Float32Array.from(
    { length: sizeOf(shape) },
    (_, k) => fills[input]?.(k) ?? 2 * uniformAt(input + 1, k) - 1,
  );
}

/** The numbers by which {@link checkGradient} weights an output. */
export function outputWeights(shape: Shape): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, k) => 2 * uniformAt(99, k) - 1);
}

/** Fails if a value is further off than `tolerance` times the largest expected one (at least 1). */
export function expectClose(
  ours: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(ours).toHaveLength(expected.length);
  const largest = Math.max(1, ...Array.from(expected, Math.abs));
  for (let k = 0; k < expected.length; k++) {
    const distance = Math.abs(ours[k]! - expected[k]!);
    expect(distance, `element ${k}: ${ours[k]!} against ${expected[k]!}`).toBeLessThan(
      tolerance * largest,
    );
  }
}
