import type { DatasetSample } from '@groundglass/core';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadSample } from './load-sample.js';

describe('a sample', () => {
  let root: string;
  const sample: DatasetSample = {
    path: 'image.png',
    label: 'covid',
    split: 'train',
    patient: 'p',
    source: 's',
  };
  const png = (values: number[]) =>
    sharp(Uint8Array.from(values), { raw: { width: 2, height: 2, channels: 1 } })
      .png()
      .toBuffer();

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'groundglass-sample-'));
    await writeFile(join(root, 'image.png'), await png([0, 51, 102, 255]));
    await writeFile(join(root, 'soft.png'), await png([0, 1, 127, 128]));
    await writeFile(
      join(root, 'wide.png'),
      await sharp(Uint8Array.from([0, 0, 0, 0, 0, 0]), {
        raw: { width: 3, height: 2, channels: 1 },
      })
        .png()
        .toBuffer(),
    );
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  test('is grey in 0–1, and has no mask if the manifest names none', async () => {
    const { image, mask } = await loadSample(sample, { root, crop: 'none' });
    expect([...image.data].map((value) => value * 255)).toEqual(
      [0, 51, 102, 255].map((value) => expect.closeTo(value, 4) as number),
    );
    expect(mask).toBeUndefined();
  });

  test('has an expert’s mask where it is not black', async () => {
    const { mask } = await loadSample({ ...sample, mask: 'soft.png' }, { root, crop: 'none' });
    expect([...mask!.data]).toEqual([0, 1, 1, 1]);
  });

  test('has a network’s mask from one half on, and only on request', async () => {
    const weak = { ...sample, meta: { pseudoMask: 'soft.png' } };
    const { mask } = await loadSample(weak, { root, crop: 'none', pseudoMasks: true });
    expect([...mask!.data]).toEqual([0, 0, 0, 1]);
    expect((await loadSample(weak, { root, crop: 'none' })).mask).toBeUndefined();
  });

  test('with a mask of another size reports both sizes', async () => {
    await expect(
      loadSample({ ...sample, mask: 'wide.png' }, { root, crop: 'none' }),
    ).rejects.toMatchObject({
      code: 'CT_BAD_DATASET',
      message: 'Expected a mask of 2×2 for "image.png", got 3×2',
    });
  });
});
