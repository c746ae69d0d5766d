import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { expect, test } from 'vitest';
import { Graph } from '../../graph/graph.js';
import type { Op } from '../../graph/op.js';
import { sizeOf, type Shape } from '../../graph/shape.js';
import { relu6, softplus } from '../../ops/activations.js';
import { batchNorm } from '../../ops/batch-norm.js';
import { checkGradient } from '../../ops/check-gradient.fixture.js';
import { conv } from '../../ops/conv.js';
import { div } from '../../ops/elementwise.js';
import { concat, linear, slice } from '../../ops/layout.js';
import { logSoftmax } from '../../ops/log-softmax.js';
import { phaseConv, spaceToPhases } from '../../ops/phases.js';
import { averagePool, globalAveragePool, maxPool } from '../../ops/pooling.js';
import { resize } from '../../ops/resize.js';
import { normalise, scaleAndShift } from '../../ops/shared-norm.js';
import { uniformAt } from '../../weights/initialise.js';
import { runTfjs } from './tfjs-ops.js';

const cases: [name: string, op: Op, ...shapes: Shape[]][] = [
  ['conv', conv({ padding: 1 }), [2, 3, 5, 4], [4, 3, 3, 3], [4]],
  [
    'conv, stride 2, padded at the end',
    conv({ stride: 2, padding: [0, 0, 1, 1] }),
    [1, 2, 6, 6],
    [3, 2, 3, 3],
  ],
  ['conv, dilated', conv({ dilation: 2, padding: 2 }), [1, 2, 5, 5], [2, 2, 3, 3]],
  [
    'conv, dilated with stride 2',
    conv({ dilation: 2, stride: 2, padding: 2 }),
    [1, 2, 6, 5],
    [2, 2, 3, 3],
  ],
  ['conv, depthwise', conv({ groups: 3, padding: 1 }), [2, 3, 4, 4], [3, 1, 3, 3]],
  [
    'conv, depthwise, stride 2',
    conv({ groups: 3, stride: 2, padding: [0, 0, 1, 1] }),
    [2, 3, 4, 4],
    [3, 1, 3, 3],
  ],
  [
    'conv, depthwise, dilated',
    conv({ groups: 2, dilation: 2, padding: 2 }),
    [1, 2, 5, 5],
    [2, 1, 3, 3],
  ],
  ['conv, grouped', conv({ groups: 2, padding: 1 }), [1, 4, 4, 4], [6, 2, 3, 3]],
  ['spaceToPhases', spaceToPhases, [2, 3, 4, 6]],
  ['phaseConv', phaseConv([1, 1, 1, 1]), [2, 3, 12, 2], [3, 1, 3, 3]],
  ['phaseConv, padded at the end', phaseConv([0, 0, 1, 1]), [1, 2, 8, 3], [2, 1, 3, 3]],
  ['normalise', normalise(), [2, 3, 3, 2]],
  ['scaleAndShift', scaleAndShift(), [2, 3, 3, 2], [3], [3], [3], [3], [2, 3]],
  ['batchNorm', batchNorm(), [2, 3, 3, 2], [3], [3], [3], [3]],
  ['maxPool', maxPool({ kernel: 3, stride: 2, padding: 1 }), [1, 2, 6, 6]],
  ['averagePool', averagePool({ kernel: 2, stride: 2 }), [1, 2, 4, 6]],
  ['globalAveragePool', globalAveragePool, [2, 3, 3, 4]],
  ['resize', resize(7, 5), [1, 2, 3, 4]],
  ['relu6', relu6, [3, 4]],
  ['softplus', softplus, [3, 4]],
  ['logSoftmax', logSoftmax, [3, 4]],
  ['linear', linear, [2, 3], [4, 3], [4]],
  ['concat', concat(1), [2, 1, 3], [2, 2, 3]],
  ['slice', slice(1, 1, 3), [2, 4]],
  ['div, repeated', div, [2, 3, 2], [1, 3, 1]],
];

test.each(cases)(
  '%s: output and gradients are those of TensorFlow.js',
  async (name, op, ...shapes) => {
    const buffers = name === 'batchNorm' ? [3, 4] : name === 'scaleAndShift' ? [3, 4, 5] : [];
    // The inputs and the weights of the outputs that checkGradient draws.
    const ours = await checkGradient(
      shapes,
      (graph, ...inputs) => graph.apply(op, ...inputs),
      [],
      buffers,
    );
    const inputs = shapes.map((shape, i) => {
      const values = Array.from({ length: sizeOf(shape) }, (_, k) => 2 * uniformAt(i + 1, k) - 1);
      return tf.tensor(values, [...shape]);
    });
    const graph = new Graph();
    const node = graph.apply(op, ...shapes.map((shape, i) => graph.input(`x${i}`, shape)));
    const forward = (...tensors: tf.Tensor[]) =>
      runTfjs({ tf, mode: 'training', inputs: tensors, node, update: () => undefined });
    const weights = tf.tensor(
      Array.from({ length: sizeOf(node.shape) }, (_, k) => 2 * uniformAt(99, k) - 1),
      [...node.shape],
    );
    const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
      expect(a).toHaveLength(b.length);
      for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i]!, 4);
    };
    close(ours.output, forward(...inputs).dataSync());
    const differentiated = inputs.filter((_, i) => !buffers.includes(i));
    const gradients = tf.grads((...tensors: tf.Tensor[]) =>
      tf.sum(tf.mul(forward(...tensors, ...inputs.slice(tensors.length)), weights)),
    )(differentiated);
    gradients.forEach((gradient, i) => {
      close(ours.inputs[i]!.ours, gradient.dataSync());
    });
  },
);
