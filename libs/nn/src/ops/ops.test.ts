import { readdirSync } from 'node:fs';
import type { Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { tfjsBackends } from '../engine/tfjs/tfjs-backends.fixture.js';
import { Graph } from '../graph/graph.js';
import {
  checkGradient,
  expectClose,
  inputValues,
  outputWeights,
} from './check-gradient.fixture.js';
import { opCases } from './op-cases.fixture.js';
import { channelsFirst, channelsLast } from './parts/tfjs-layout.js';

test('every file is one op, named after it, and every op is tested', () => {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => /^[a-z0-9-]+\.ts$/.test(name))
    .map((name) => name.slice(0, -'.ts'.length));
  const tried = opCases.map(([, , op]) =>
    op.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  );
  expect(new Set(tried)).toEqual(new Set(files));
});

describe('gradients match finite differences, output and gradients match TensorFlow.js', () => {
  test.each(opCases)('%s', async (_, shapes, op, { fills = [], fixed = [] } = {}) => {
    const build = (graph: Graph, ...nodes: Parameters<Graph['apply']>[1][]) =>
      graph.apply(op, ...nodes);
    const ours = await checkGradient(shapes, build, fills, fixed);
    const learned = shapes.map((_shape, i) => i).filter((i) => !fixed.includes(i));
    for (const i of learned) expectClose(ours.inputs[i]!.ours, ours.inputs[i]!.differences, 5e-3);

    const graph = new Graph();
    const { shape } = build(graph, ...shapes.map((size, i) => graph.input(`x${i}`, size)));
    for (const { select } of tfjsBackends) {
      const tf = await select();
      const inputs = shapes.map((size, i) =>
        channelsLast(tf, tf.tensor(inputValues(size, i, fills), [...size])),
      );
      const forward = (tensors: readonly Tensor[]) =>
        op.tfjs({ tf, inputs: tensors, shape, update: () => undefined });
      expectClose(ours.output, channelsFirst(tf, forward(inputs)).dataSync(), 5e-5);
      if (learned.length === 0) continue;
      const weights = channelsLast(tf, tf.tensor(outputWeights(shape), [...shape]));
      const gradientsOf = tf.grads((...tensors: Tensor[]) => {
        const all = inputs.map((input, i) => tensors[learned.indexOf(i)] ?? input);
        return tf.sum(tf.mul(forward(all), weights));
      });
      for (const [k, gradient] of gradientsOf(learned.map((i) => inputs[i]!)).entries())
        expectClose(ours.inputs[learned[k]!]!.ours, channelsFirst(tf, gradient).dataSync(), 5e-5);
    }
  });
});
