import { describe, expect, test } from 'vitest';
import { buildJcs, type JcsConfig } from '../models/jcs.js';
import type { StepConfig } from '../train/training-step.js';
import { initialise, uniformAt } from '../weights/initialise.js';
import type { NamedTensor } from '../weights/named-tensors.js';
import { OnnxTrainingSession } from './onnx-training-session.js';
import { EngineUnavailableError, loadTfjs } from './tfjs/load-tfjs.js';
import { tfjsBackends } from './tfjs/tfjs-backends.fixture.js';
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
  // Some gradients are 0 except for rounding, which Adam's usual epsilon of 1e-8 would turn into whole steps.
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

describe.each(tfjsBackends)('TensorFlow.js on $backend', ({ select }) => {
  test('gives ONNX Runtime’s losses to 1e-4 and gradients to 1e-3 over ten steps', async () => {
    const tf = await select();
    const step = stepOf(small, { optimizer: { kind: 'adam' } });
    const weights = used();
    const ours = await OnnxTrainingSession.create(step, { seed: 3, weights, threads: 1 });
    const theirs = await TfjsTrainingSession.create(step, { seed: 3, weights, tensorflow: tf });
    for (let k = 1; k <= 10; k++) {
      // Longer steps soon bring a value so close to ReLU's kink that the engines round to different sides of it.
      const short = { learningRate: 1e-5, seed: k };
      const [a, b] = [await ours.run(waves(), short), await theirs.run(waves(), short)];
      expect(Math.abs(a.loss - b.loss), `loss of step ${k}`).toBeLessThan(1e-4);
      expect(a.gradients!.size).toBe(
        [...ours.step.network.graph.variables.values()].filter((v) => v.needsGradient).length,
      );
      const worst = worstGradient(a, b);
      expect(worst.error, `${worst.name}, step ${k}`).toBeLessThan(1e-3);
    }
    await Promise.all([ours.close(), theirs.close()]);
  });

  test.each([
    ['SGD', { kind: 'sgd', weightDecay: 1e-2 }],
    ['SGD with momentum', { kind: 'sgd', momentum: 0.9 }],
    [
      'SGD with Nesterov momentum',
      { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-2 },
    ],
    ['Adam', { kind: 'adam', weightDecay: 1e-2, epsilon: 1e-4 }],
    ['AdamW', { kind: 'adamw', weightDecay: 1e-1, epsilon: 1e-4 }],
  ] as const)('updates as ONNX Runtime with %s and clipped gradients', async (_, optimizer) => {
    const tf = await select();
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

  test('continues from a checkpoint of ONNX Runtime', async () => {
    const tf = await select();
    const step = stepOf(small);
    const ours = await OnnxTrainingSession.create(step, { seed: 3, threads: 1 });
    await ours.run(waves(), options(1));
    const theirs = await TfjsTrainingSession.create(step, { seed: 99, tensorflow: tf });
    theirs.load(ours.state(), ours.steps);
    const result = await theirs.run(waves(), options(2));
    expect(result.loss).toBeCloseTo((await ours.run(waves(), options(2))).loss, 4);
    await Promise.all([ours.close(), theirs.close()]);
  });

  test.each([false, true])(
    'leaves no tensor behind after a step (gradients returned: %s) or after closing',
    async (outputGradients) => {
      const tf = await select();
      const before = tf.memory().numTensors;
      const step = stepOf(small, { outputGradients, clipNorm: 1 });
      const session = await TfjsTrainingSession.create(step, { seed: 3, tensorflow: tf });
      const held = tf.memory().numTensors;
      for (let k = 1; k <= 2; k++) {
        await session.run(waves(), options(k));
        expect(tf.memory().numTensors).toBe(held);
      }
      await session.close();
      expect(tf.memory().numTensors).toBe(before);
    },
  );

  test('leaves no tensor behind when a step fails', async () => {
    const tf = await select();
    const before = tf.memory().numTensors;
    const session = await TfjsTrainingSession.create(stepOf(small), { seed: 3, tensorflow: tf });
    const held = tf.memory().numTensors;
    const wrong = { ...waves(), mask: new Float32Array(7) };
    await expect(session.run(wrong, options(1))).rejects.toThrow();
    expect(tf.memory().numTensors).toBe(held);
    await session.close();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('loading TensorFlow.js', () => {
  const missing = (name: string) => Promise.reject(new Error(`Cannot find package '${name}'`));

  test('says what to install when no package is installed', async () => {
    const loading = loadTfjs('', missing);
    await expect(loading).rejects.toThrow(EngineUnavailableError);
    await expect(loading).rejects.toThrow('npm install @tensorflow/tfjs-node-gpu');
  });

  test('names the configured folder when it has no package', async () => {
    await expect(loadTfjs('/no/such/folder')).rejects.toThrow(
      'Expected GROUNDGLASS_TFJS_NODE to name a folder with TensorFlow.js in its node_modules, got /no/such/folder.',
    );
  });

  test('fails with the reason when an installed package is broken, instead of using a slower one', async () => {
    const loading = loadTfjs('', (name) =>
      name.endsWith('-gpu')
        ? Promise.reject(new Error('libcudart.so.11.0: cannot open shared object file'))
        : missing(name),
    );
    await expect(loading).rejects.toThrow(EngineUnavailableError);
    await expect(loading).rejects.toThrow(
      'Expected the installed @tensorflow/tfjs-node-gpu to load: libcudart.so.11.0',
    );
  });
});

/** Set by vitest.config.ts if SwiftShader, Chromium's software Vulkan, is installed as a substitute for a graphics card. */
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
