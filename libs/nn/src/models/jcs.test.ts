import { describe, expect, test } from 'vitest';
import { OnnxInference } from '../engine/onnx-inference.js';
import { OnnxTrainingSession } from '../engine/onnx-training-session.js';
import type { TrainingBatch } from '../engine/training-session.js';
import { initialise } from '../weights/initialise.js';
import { readSafetensors, writeSafetensors } from '../weights/safetensors.js';
import { exportJcs, type ModelMetadata } from './export-jcs.js';
import { buildJcs, type JcsConfig } from './jcs.js';
import { lesionEvidence } from './lesion-evidence.js';

const config: JcsConfig = {
  backbone: 'densenet-tiny',
  outputStride: 16,
  asppChannels: 8,
  asppRates: [1, 2, 3],
  dropout: 0.2,
  imageSize: 64,
  mean: 0.4,
  deviation: 0.3,
};
const metadata: ModelMetadata = {
  name: 'tiny',
  version: '1',
  trained: true,
  threshold: 0.5,
  temperature: 1,
  trainingData: 'discs',
  crop: 'none',
};
const step = {
  model: config,
  batchSize: 4,
  optimizer: { kind: 'adam' },
  loss: { classification: 1, segmentation: 1 },
} as const;

/** Discs on waves: covid has a bright disc, which is its mask. */
function discs(): TrainingBatch {
  const n = 4;
  const size = 64;
  const image = new Float32Array(n * size * size);
  const mask = new Float32Array(n * size * size);
  for (let i = 0; i < image.length; i++) {
    const sample = Math.floor(i / (size * size));
    const [x, y] = [i % size, Math.floor(i / size) % size];
    image[i] = 0.4 + 0.1 * Math.sin(x * 0.3 + sample);
    if (sample % 2 === 1 && (x - 32) ** 2 + (y - 20 - 4 * sample) ** 2 < 120) {
      image[i]! += 0.4;
      mask[i] = 1;
    }
  }
  return {
    image,
    mask,
    label: Float32Array.of(0, 1, 0, 1),
    maskWeight: new Float32Array(n).fill(1),
  };
}

describe('training', () => {
  test('lowers the loss, and a resumed run has the same losses as an uninterrupted one', async () => {
    const batch = discs();
    const options = (k: number) => ({ learningRate: 3e-3, seed: k });
    const whole = await OnnxTrainingSession.create(step, { seed: 1 });
    const losses: number[] = [];
    let saved: Uint8Array | undefined;
    for (let k = 0; k < 12; k++) {
      if (k === 6) saved = writeSafetensors(whole.state());
      losses.push((await whole.run(batch, options(k))).loss);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.7);
    const resumed = await OnnxTrainingSession.create(step, { seed: 99 });
    resumed.load(readSafetensors(saved!).tensors, 6);
    const again: number[] = [];
    for (let k = 6; k < 12; k++) again.push((await resumed.run(batch, options(k))).loss);
    expect(again).toEqual(losses.slice(6));
    await Promise.all([whole.close(), resumed.close()]);
  });

  test('without a mask in the batch has no segmentation loss', async () => {
    const session = await OnnxTrainingSession.create(step, { seed: 1 });
    const result = await session.run(
      { ...discs(), maskWeight: new Float32Array(4) },
      { learningRate: 0, seed: 1 },
    );
    expect(result.segmentationLoss).toBe(0);
    expect(result.loss).toBeCloseTo(result.classificationLoss, 6);
    await session.close();
  });

  test('a label of weight 0 has no classification loss', async () => {
    const session = await OnnxTrainingSession.create(step, { seed: 1 });
    const batch = { ...discs(), labelWeight: new Float32Array(4) };
    expect((await session.run(batch, { learningRate: 0, seed: 1 })).classificationLoss).toBeCloseTo(
      0,
      7,
    );
    await session.close();
  });
});

describe('a classifier', () => {
  const classifier: JcsConfig = { ...config, network: 'classifier' };

  test('is the backbone, an average over the picture and a linear layer', () => {
    const { graph, maskLogits, dropouts } = buildJcs(classifier);
    expect(maskLogits).toBeUndefined();
    expect(dropouts).toEqual([]);
    const names = [...graph.variables.keys()].filter((name) => !name.startsWith('backbone.'));
    expect(names).toEqual(['classification.weight', 'classification.bias']);
  });

  test('learns labels without masks, and is exported without a mask', async () => {
    const session = await OnnxTrainingSession.create({ ...step, model: classifier }, { seed: 1 });
    const losses: number[] = [];
    for (let k = 0; k < 12; k++) {
      const result = await session.run(discs(), { learningRate: 3e-3, seed: k });
      expect(result.loss).toBe(result.classificationLoss);
      losses.push(result.loss);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.7);
    const bytes = exportJcs([{ config: classifier, weights: session.weights() }], metadata, {
      flip: true,
    });
    await session.close();
    const model = await OnnxInference.create(bytes);
    const { image } = discs();
    const { probability, mask } = await model.run(image, { rows: 64, columns: 64, count: 4 });
    expect(probability).toHaveLength(4);
    expect(mask).toBeUndefined();
    await model.close();
  });

  test('does not mix with networks that have masks', () => {
    const both = [classifier, config].map((member) => ({
      config: member,
      weights: initialise(buildJcs(member).graph, 1),
    }));
    expect(() => exportJcs(both, metadata)).toThrow('1 of 2 have one');
  });
});

describe('the exported model', () => {
  const weights = initialise(buildJcs(config).graph, 5);
  // Running statistics that differ from 0 and 1, so that folding them wrongly shows.
  for (const [name, { data }] of weights) {
    if (name.endsWith('running_mean')) data.forEach((_, i) => (data[i] = 0.1 * Math.sin(i)));
    if (name.endsWith('running_var'))
      data.forEach((_, i) => (data[i] = 0.5 + 0.4 * Math.cos(i) ** 2));
  }

  test('answers for any batch and size, each picture as if it were alone', async () => {
    const model = await OnnxInference.create(exportJcs([{ config, weights }], metadata));
    const { image } = discs();
    const together = await model.run(image, { rows: 64, columns: 64, count: 4 });
    expect(together.maskSize).toBe(64);
    for (let i = 0; i < 4; i++) {
      const alone = await model.run(image.slice(i * 4096, (i + 1) * 4096), {
        rows: 64,
        columns: 64,
      });
      expect(alone.probability[0]).toBeCloseTo(together.probability[i]!, 5);
    }
    const odd = await model.run(new Float32Array(91 * 77).fill(0.3), { rows: 91, columns: 77 });
    expect(odd.mask).toHaveLength(64 * 64);
    await model.close();
  });

  test('gives probabilities that are the softmax of its logits over the temperature', async () => {
    const cold = await OnnxInference.create(
      exportJcs([{ config, weights }], { ...metadata, temperature: 2 }),
    );
    const { probability, logits } = await cold.run(discs().image.slice(0, 4096), {
      rows: 64,
      columns: 64,
    });
    const expected = 1 / (1 + Math.exp((logits[0]! - logits[1]!) / 2));
    expect(probability[0]).toBeCloseTo(expected, 6);
    await cold.close();
  });

  test('lets the probability read the mask if built that way', async () => {
    const reading = { ...config, maskStatistics: true };
    const known = initialise(buildJcs(reading).graph, 5);
    // Ten times the lesion fraction alone makes the logit of covid.
    const head = known.get('classification.weight')!.data;
    head.fill(0);
    const [, columns] = known.get('classification.weight')!.shape as [number, number];
    head[columns + columns - 2] = 1;
    const model = await OnnxInference.create(
      exportJcs([{ config: reading, weights: known }], metadata),
    );
    const { logits, mask } = await model.run(discs().image.slice(0, 4096), {
      rows: 64,
      columns: 64,
    });
    const fraction = mask!.reduce((sum, p) => sum + p, 0) / mask!.length;
    // The mask is enlarged after its mean was taken.
    expect(Math.abs(logits[1]! / 10 - fraction)).toBeLessThan(0.02);
    expect(fraction).toBeGreaterThan(0.05);
    await model.close();
  });

  test('decides by its mask with the weights it was exported with', async () => {
    const decision = { head: 0.5, lesion: 2, bias: 1 };
    const plain = await OnnxInference.create(exportJcs([{ config, weights }], metadata));
    const deciding = await OnnxInference.create(
      exportJcs([{ config, weights }], { ...metadata, decision }),
    );
    const picture = discs().image.slice(4096, 2 * 4096);
    const [before, after] = [
      await plain.run(picture, { rows: 64, columns: 64 }),
      await deciding.run(picture, { rows: 64, columns: 64 }),
    ];
    expect(after.mask).toEqual(before.mask);
    const logit =
      0.5 * (before.logits[1]! - before.logits[0]!) + 2 * lesionEvidence(before.mask!) + 1;
    expect(after.logits[1]! - after.logits[0]!).toBeCloseTo(logit, 4);
    expect(after.probability[0]).toBeCloseTo(1 / (1 + Math.exp(-logit)), 4);
    await Promise.all([plain.close(), deciding.close()]);
  });

  test('reads the pooled features of its backbone if built that way', () => {
    const count = (model: JcsConfig) =>
      buildJcs(model).graph.variables.get('classification.weight')!.shape[1];
    // Branch and mask; with MobileNetV2's last layer, or the last map of the other backbone.
    expect(count(config)).toBe(8 + 1);
    const mobile = { ...config, backbone: 'mobilenet-v2', backboneFeatures: true } as const;
    expect(count(mobile)).toBe(8 + 1 + 1280);
    expect(buildJcs(mobile).features.shape).toEqual([1, 8 + 1 + 1280]);
    expect(buildJcs(mobile).dropouts.map(({ mask }) => mask.name)).toContain('dropout_features');
    expect(count({ ...config, backboneFeatures: true, maskStatistics: true })).toBeGreaterThan(11);
  });

  test('needs a member', () => {
    expect(() => exportJcs([], metadata)).toThrow('Expected at least one member, got none');
  });

  test('names the missing weight', () => {
    const fewer = new Map(weights);
    fewer.delete('classification.bias');
    expect(() => exportJcs([{ config, weights: fewer }], metadata)).toThrow(
      'Expected the weight classification.bias, it is missing',
    );
  });
});
