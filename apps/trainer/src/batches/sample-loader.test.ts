import type { TargetSample } from '@groundglass/dataset';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noAugmentation } from './augment.js';
import { SampleLoader } from './sample-loader.js';

describe('the batches of an epoch', () => {
  /** Flat pictures: dark ones without disease, bright ones with. */
  const greys = { 'a.png': 51, 'b.png': 204, 'c.png': 51, 'd.png': 204 };
  let root: string;

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'groundglass-loader-'));
    for (const [name, grey] of Object.entries(greys)) {
      const pixels = new Uint8Array(64).fill(grey);
      const png = await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
        .png()
        .toBuffer();
      await writeFile(join(root, name), png);
    }
  });
  afterAll(() => rm(root, { recursive: true }));

  async function epoch(mixup: number) {
    const samples = Object.entries(greys).map(([path, grey]): TargetSample => {
      const target = grey > 128 ? 1 : 0;
      const label = target === 1 ? 'covid' : 'non-covid';
      return { path, label, target, split: 'train', patient: path, source: 's' };
    });
    const loader = new SampleLoader({
      samples,
      load: { root, crop: 'none' },
      example: {
        size: 8,
        augmentation: { ...noAugmentation, mixup },
        emptyMaskForNormals: true,
        segmentationOnly: [],
        labelledByMask: [],
        nothingOutsideLungs: false,
        seed: 1,
      },
      ...{ batchSize: 4, workers: 0, prefetch: 1, cacheBytes: 1e6 },
    });
    const found: { grey: number; label: number }[] = [];
    for await (const batch of loader.epoch({ epoch: 0, shuffle: false, dropLast: true })) {
      for (let i = 0; i < 4; i++)
        found.push({ grey: batch.image[i * 64]!, label: batch.label[i]! });
    }
    await loader.close();
    return found;
  }

  test('are the samples in order if nothing is drawn', async () => {
    const plain = [0.2, 0.8, 0.2, 0.8].map((grey, i) => ({
      grey: expect.closeTo(grey, 6) as number,
      label: i % 2,
    }));
    expect(await epoch(0)).toEqual(plain);
  });

  test('are mixed if the recipe asks for mixup, pictures and labels by the same share', async () => {
    const mixed = await epoch(0.4);
    for (const { grey, label } of mixed) expect(grey).toBeCloseTo(0.2 + 0.6 * label, 5);
    expect(mixed.some(({ label }) => label > 0 && label < 1)).toBe(true);
  });
});
