import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { describe, expect, test } from 'vitest';
import { buildJcs, type JcsConfig } from '../models/jcs.js';
import type { StepConfig } from '../train/training-step.js';
import { initialise, uniformAt } from '../weights/initialise.js';
import type { NamedTensor } from '../weights/named-tensors.js';
import { OnnxTrainingSession } from './onnx-training-session.js';
import { EngineUnavailableError, loadTfjs } from './tfjs/load-tfjs.js';
import { TfjsTrainingSession } from './tfjs/tfjs-training-session.js';
import type { StepResult, TrainingBatch } from './training-session.js';

const small: JcsConfig = {
  backbone: 'densenet-tiny',
  outputStride: 16,
  asppChannels: 4,
  asppRates: [1, 2],
  skipChannels: 3,
  dropout: 0.2,
  imageSize: 32,
  mean: 0.4,
  deviation: 0.3,
};
const stepOf = (model: JcsConfig, change: Partial<StepConfig> = {}): StepConfig => ({
  model,
  batchSize: 2,
  // Some gradients are 0 but for rounding, which Adam's usual epsilon of 1e-8 would turn into whole steps.
  optimizer: { kind: 'adam', epsilon: 1e-4 },
  loss: { classification: 1, segmentation: 1, dice: 0.5 },
  outputGradients: true,
  ...change,
});

function waves(): TrainingBatch {
  const pixels = 2 * 32 * 32;
  return {
    image: Float32Array.from(
      { length: pixels },
      (_, i) => 0.5 + 0.4 * Math.sin(i * 0.7 + (i % 32) ** 2),
    ),
    mask: Float32Array.from({ length: pixels }, (_, i) => (i % 32 < 12 && i > 1024 ? 1 : 0)),
    label: Float32Array.of(0, 1),
    maskWeight: Float32Array.of(0, 1),
  };
}

const options = (k: number) => ({ learningRate: 1e-3, seed: k });

/** Scales and shifts as after some training: with all shifts 0 a normalisation cancels the scale before it, whose gradient is noise. */
function used(): Map<string, NamedTensor> {
  const weights = initialise(buildJcs(small, 2).graph, 3);
  for (const [name, { shape, data }] of weights) {
    if (shape.length !== 1 || name.includes('running')) continue;
    const middle = name.endsWith('weight') ? 0.8 : 0;
    for (const i of data.keys()) data[i] = middle + 0.5 * (uniformAt(11, i) - 0.5);
  }
  return weights;
}

/** Largest difference over all of the other's gradients, relative to the largest gradient of the variable. */
function worstGradient(a: StepResult, b: StepResult): { name: string; error: number } {
  let worst = { name: '', error: 0 };
  for (const [name, theirs] of b.gradients!) {
    const ours = a.gradients!.get(name)!;
    const largest = theirs.reduce((max, v) => Math.max(max, Math.abs(v)), 1e-4);
    const difference = theirs.reduce((max, v, i) => Math.max(max, Math.abs(v - ours[i]!)), 0);
    if (difference / largest > worst.error) worst = { name, error: difference / largest };
  }
  return worst;
}

describe('TensorFlow.js', () => {
  test('gives ONNX Runtime’s losses and gradients', async () => {
    const step = stepOf(small);
    const weights = used();
    const ours = await OnnxTrainingSession.create(step, { seed: 3, weights, threads: 1 });
    const theirs = await TfjsTrainingSession.create(step, { seed: 3, weights, tensorflow: tf });
    const [a, b] = [await ours.run(waves(), options(1)), await theirs.run(waves(), options(1))];
    expect(a.loss).toBeCloseTo(b.loss, 4);
    expect(a.gradients!.size).toBe(
      [...ours.step.network.graph.variables.values()].filter((v) => v.needsGradient).length,
    );
    expect(worstGradient(a, b).error, worstGradient(a, b).name).toBeLessThan(1e-3);
    const next = await Promise.all([
      ours.run(waves(), options(2)),
      theirs.run(waves(), options(2)),
    ]);
    expect(next[0].loss).toBeCloseTo(next[1].loss, 3);
    await Promise.all([ours.close(), theirs.close()]);
  });

  test.each([
    [
      'SGD with Nesterov momentum',
      { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 },
    ],
    ['AdamW', { kind: 'adamw', weightDecay: 1e-1, epsilon: 1e-4 }],
  ] as const)('updates as ONNX Runtime with %s and clipped gradients', async (_, optimizer) => {
    const step = stepOf(small, { optimizer, clipNorm: 0.5 });
    const ours = await OnnxTrainingSession.create(step, { seed: 3, threads: 1 });
    const theirs = await TfjsTrainingSession.create(step, { seed: 3, tensorflow: tf });
    for (let k = 1; k <= 2; k++) {
      await ours.run(waves(), options(k));
      await theirs.run(waves(), options(k));
    }
    const other = theirs.state();
    for (const [name, { data }] of ours.state()) {
      const against = other.get(name)!.data;
      const worst = data.reduce(
        (max, v, i) => Math.max(max, Math.abs(v - against[i]!) / (1 + Math.abs(v))),
        0,
      );
      expect(worst, name).toBeLessThan(1e-3);
    }
    await Promise.all([ours.close(), theirs.close()]);
  });

  test('takes a checkpoint of ONNX Runtime and goes on from it, and leaves no tensors behind', async () => {
    const before = tf.memory().numTensors;
    const step = stepOf(small, { outputGradients: false });
    const ours = await OnnxTrainingSession.create(step, { seed: 3, threads: 1 });
    await ours.run(waves(), options(1));
    const theirs = await TfjsTrainingSession.create(step, { seed: 99, tensorflow: tf });
    theirs.load(ours.state(), ours.steps);
    const held = tf.memory().numTensors;
    const result = await theirs.run(waves(), options(2));
    expect(tf.memory().numTensors).toBe(held);
    expect(result.loss).toBeCloseTo((await ours.run(waves(), options(2))).loss, 4);
    await Promise.all([ours.close(), theirs.close()]);
    expect(tf.memory().numTensors).toBe(before);
  });

  test('that is not installed says what to install', async () => {
    const missing = loadTfjs((name) => Promise.reject(new Error(`Cannot find package '${name}'`)));
    await expect(missing).rejects.toThrow(EngineUnavailableError);
    await expect(missing).rejects.toThrow('npm install @tensorflow/tfjs-node-gpu');
  });
});

/** Set by vitest.config.ts where SwiftShader, Chromium's Vulkan in software, is installed to stand in for a graphics card. */
const driver = process.env.VK_DRIVER_FILES;
if (driver === undefined)
  console.warn('Skipped: training on WebGPU. Install chromium for its SwiftShader to run it.');

test.skipIf(driver === undefined)(
  'WebGPU trains with the losses of the CPU',
  async () => {
    const step = stepOf(small, { outputGradients: false });
    const cpu = await OnnxTrainingSession.create(step, { seed: 3, threads: 1 });
    const gpu = await OnnxTrainingSession.create(step, { seed: 3, providers: ['webgpu'] });
    for (let k = 1; k <= 2; k++) {
      const [a, b] = [await cpu.run(waves(), options(k)), await gpu.run(waves(), options(k))];
      expect(Math.abs(a.loss - b.loss)).toBeLessThan(1e-3);
    }
    await Promise.all([cpu.close(), gpu.close()]);
  },
  300_000,
);
