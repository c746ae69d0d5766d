import type { TargetSample } from '@groundglass/dataset';
import { buildJcs, exportJcs, initialise, OnnxInference, type JcsConfig } from '@groundglass/nn';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate, selectionScore, summarise, type SampleScore } from './evaluate.js';

const config: JcsConfig = {
  backbone: 'densenet-tiny',
  outputStride: 16,
  asppChannels: 8,
  asppRates: [1, 2],
  dropout: 0,
  imageSize: 64,
  mean: 0.4,
  deviation: 0.3,
};
const model = exportJcs([{ config, weights: initialise(buildJcs(config).graph, 5) }], {
  name: 'untrained',
  version: '1',
  trained: false,
  threshold: 0.5,
  temperature: 1.5,
  trainingData: '',
  crop: 'none',
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'evaluate-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test.each([
  [301, 417],
  [64, 512],
  [37, 29],
  [64, 64],
])(
  'plain ONNX Runtime on a raw picture of %i×%i pixels gives what the evaluation gives',
  async (columns, rows) => {
    const grey = Uint8Array.from(
      { length: rows * columns },
      (_, i) =>
        110 +
        60 * Math.sin((i % columns) * 0.11) +
        (Math.hypot((i % columns) - columns / 3, i / columns - rows / 2) < 20 ? 80 : 0),
    );
    const path = `${columns}x${rows}.png`;
    await sharp(grey, { raw: { width: columns, height: rows, channels: 1 } })
      .toColourspace('b-w')
      .png()
      .toFile(join(root, path));
    const sample: TargetSample = {
      path,
      label: 'covid',
      target: 1,
      split: 'val',
      patient: 'p',
      source: 'waves',
      mask: path, // any mask does: every pixel here is above 0
    };

    const inference = await OnnxInference.create(model);
    const { scores } = await evaluate(inference, [sample], { root, crop: 'none' });
    await inference.close();

    const plain = await InferenceSession.create(model);
    const image = new Tensor(
      'float32',
      Float32Array.from(grey, (value) => value / 255),
      [1, 1, rows, columns],
    );
    const { probability, logits, mask } = await plain.run({ image });
    await plain.release();

    const [score] = scores;
    expect(probability!.data[0]).toBeGreaterThan(0);
    expect(Math.abs(score!.probability - Number(probability!.data[0]))).toBeLessThan(1e-4);
    for (const i of [0, 1] as const)
      expect(Math.abs(score!.logits[i] - Number(logits!.data[i]))).toBeLessThan(1e-4);
    // The reference covers the picture, so Dice is 2p / (p + 1) for the share p of marked pixels: within what
    // the mask's edges gain or lose when it is placed on the picture.
    const named = (mask!.data as Float32Array).reduce((sum, p) => sum + (p >= 0.5 ? 1 : 0), 0);
    const share = named / (64 * 64);
    expect(Math.abs(score!.dice! - (2 * share) / (share + 1))).toBeLessThan(0.02);
  },
);

function score(
  source: string,
  covid: boolean,
  probability: number,
  lesionEvidence: number,
): SampleScore {
  return {
    sample: {
      path: 'a',
      label: covid ? 'covid' : 'non-covid',
      target: covid ? 1 : 0,
      split: 'val',
      patient: 'p',
      source,
    },
    probability,
    logits: [0, 0],
    lesionEvidence,
    dice: undefined,
    overlap: undefined,
  };
}

test('sources are ranked separately, by probability and by lesion evidence; one of a single class is not', () => {
  const { bySource, auc } = summarise([
    score('a', true, 0.9, 0.1),
    score('a', false, 0.8, 0.2),
    score('b', true, 0.2, 0.3),
    score('b', false, 0.1, 0),
    score('c', true, 0.05, 0),
  ]);
  expect(bySource).toEqual({
    a: { probability: 1, lesionEvidence: 0 },
    b: { probability: 1, lesionEvidence: 1 },
  });
  // Over all: of six pairs 0.9 beats both, 0.2 one, 0.05 none.
  expect(auc).toBeCloseTo(3 / 6, 9);
});

test('the best epoch is chosen by the mean AUC of the sources and the Dice', () => {
  const bySource = {
    a: { probability: 0.9, lesionEvidence: 0 },
    b: { probability: 0.7, lesionEvidence: 0 },
  };
  const known = { auc: 0.5, crossEntropy: 1, bySource };
  expect(selectionScore({ ...known, dice: 0.6 })).toBeCloseTo(0.7, 9);
  expect(selectionScore({ ...known, dice: null })).toBeCloseTo(0.8, 9);
  expect(selectionScore({ auc: null, dice: null, crossEntropy: 2, bySource: {} })).toBe(-2);
});
