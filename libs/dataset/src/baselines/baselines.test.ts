import { SeededRandom } from '@groundglass/core';
import type { TargetSample } from '../index.js';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fitLogisticRegression } from './logistic-regression.js';
import { nodeFiles } from '../node/index.js';
import { baselines, baselineScores } from './baseline-scores.js';

describe('logistic regression', () => {
  const rows = [
    [1, 5, 2],
    [2, 3, 2],
    [3, 6, 2],
    [4, 1, 2],
    [5, 4, 2],
    [6, 2, 2],
    [7, 7, 2],
    [8, 0, 2],
  ];
  const labels = [0, 0, 1, 0, 1, 0, 1, 1];

  // scikit-learn: LogisticRegression(C=1/penalty, tol=1e-12, max_iter=10000) on StandardScaler().fit_transform(rows).
  test.each([
    [
      0.1,
      [
        0.11133223, 0.0513346, 0.73589834, 0.06396661, 0.77870906, 0.6031656, 0.99811604,
        0.65747768,
      ],
    ],
    [
      1,
      [
        0.28389805, 0.24634636, 0.54502797, 0.28752082, 0.59660527, 0.54942633, 0.89030513,
        0.60087015,
      ],
    ],
    [
      10,
      [
        0.44796194, 0.44270626, 0.50161436, 0.45770823, 0.51676151, 0.51144647, 0.59522439,
        0.52657683,
      ],
    ],
  ])('gives the probabilities of scikit-learn with a penalty of %d', (penalty, expected) => {
    const { predict } = fitLogisticRegression(rows, labels, penalty);
    for (const [i, row] of rows.entries()) expect(predict(row)).toBeCloseTo(expected[i]!, 6);
  });
});

describe('the baselines', () => {
  let root: string;
  const samples: TargetSample[] = [];

  /** Noise of the same kind for both classes; COVID is PNG, non-COVID is JPEG, and only COVID has a bright frame. */
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'groundglass-baselines-'));
    const random = new SeededRandom(1);
    for (let i = 0; i < 96; i++) {
      const covid = i % 2 === 0;
      const side = 40;
      const pixels = Uint8Array.from({ length: side * side }, (_, at) => {
        const [row, column] = [Math.floor(at / side), at % side];
        const frame = Math.min(row, column, side - 1 - row, side - 1 - column) < 3;
        return Math.round((frame && covid ? 200 : 100) + random.uniform(0, 40));
      });
      const picture = sharp(pixels, { raw: { width: side, height: side, channels: 1 } });
      const path = covid ? `${i}.png` : `${i}.jpg`;
      await writeFile(
        join(root, path),
        await (covid ? picture.png() : picture.jpeg({ quality: 95 })).toBuffer(),
      );
      samples.push({
        path,
        label: covid ? 'covid' : 'non-covid',
        target: covid ? 1 : 0,
        split: i < 48 ? 'train' : i < 72 ? 'val' : 'test',
        patient: `p${i}`,
        source: 'made',
      });
    }
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const splitOf = (name: string) => samples.filter(({ split }) => split === name);

  test('find the label in the file format, in the frame, and in what a frame changes', async () => {
    const measured = splitOf('test');
    const scores = await baselineScores(await nodeFiles(root), {
      train: splitOf('train'),
      validation: splitOf('val'),
      measured,
    });
    for (const baseline of baselines) {
      const { probabilities, threshold } = scores[baseline];
      const right = probabilities.filter(
        (p, i) => (p >= threshold ? 1 : 0) === measured[i]!.target,
      );
      // By chance 12 of 24, and 20 in one of 1300 tries; noise may cost a few.
      expect(right.length, baseline).toBeGreaterThanOrEqual(20);
    }
  });

  test('give no result without both classes', async () => {
    const positive = samples.filter(({ target }) => target === 1);
    await expect(
      baselineScores(await nodeFiles(root), {
        train: positive,
        validation: positive,
        measured: positive,
      }),
    ).rejects.toThrow(/both classes/);
  });
});
