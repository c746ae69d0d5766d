import {
  bytesSource,
  datasetManifestSchema,
  datasetSampleSchema,
  openVolume,
} from '@groundglass/core';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writePhantomDataset } from './phantom-dataset.js';

let out: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'phantoms-'));
  await writePhantomDataset({ out, count: 24, seed: 3, size: 64 });
});
afterAll(() => rm(out, { recursive: true, force: true }));

async function rows() {
  const text = await readFile(join(out, 'samples.jsonl'), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => datasetSampleSchema.parse(JSON.parse(line)));
}

describe('a data set of phantoms', () => {
  test('has a manifest that follows the contract and as many rows as requested', async () => {
    const manifest: unknown = JSON.parse(
      await readFile(join(out, 'groundglass.dataset.json'), 'utf8'),
    );
    expect(datasetManifestSchema.parse(manifest).samples).toBe('samples.jsonl');
    expect(await rows()).toHaveLength(24);
  });

  test('has equal numbers of images of both labels, and both in every split', async () => {
    const all = await rows();
    expect(all.filter(({ label }) => label === 'covid')).toHaveLength(12);
    for (const split of ['train', 'val', 'test']) {
      const labels = new Set(all.filter((row) => row.split === split).map(({ label }) => label));
      expect([...labels].sort()).toEqual(['covid', 'non-covid']);
    }
  });

  test('keeps all images of a patient in one split', async () => {
    const splits = new Map<string, Set<string>>();
    for (const { patient, split } of await rows()) {
      splits.set(patient, (splits.get(patient) ?? new Set()).add(split));
    }
    expect(splits.size).toBe(12);
    for (const found of splits.values()) expect(found.size).toBe(1);
  });

  test('has lesions in the masks of COVID-19 and in no other', async () => {
    for (const { path, mask, label } of await rows()) {
      const open = async (name: string) =>
        (await openVolume(bytesSource(await readFile(join(out, name))))).slice(0);
      const [image, lesions] = [await open(path), await open(mask!)];
      expect([image.columns, image.rows]).toEqual([64, 64]);
      expect(lesions.pixels).toHaveLength(64 * 64);
      expect(lesions.pixels.some((value) => value > 0)).toBe(label === 'covid');
    }
  });

  test('is the same for the same seed', async () => {
    const again = await mkdtemp(join(tmpdir(), 'phantoms-'));
    try {
      await writePhantomDataset({ out: again, count: 24, seed: 3, size: 64 });
      for (const name of ['samples.jsonl', 'images/p0001-1.png', 'masks/p0003-2.mask.png']) {
        expect(await readFile(join(again, name))).toEqual(await readFile(join(out, name)));
      }
    } finally {
      await rm(again, { recursive: true, force: true });
    }
  });

  test('stops when its signal aborts', async () => {
    const stop = new AbortController();
    const writing = writePhantomDataset({
      out: join(out, 'stopped'),
      count: 8,
      size: 32,
      signal: stop.signal,
      onImage: () => {
        stop.abort();
      },
    });
    await expect(writing).rejects.toThrow('aborted');
  });

  test.each([
    [{ count: 1 }, 'count of 2 or more, got 1'],
    [{ count: 4, size: 8 }, 'size of 32 or more, got 8'],
    [{ count: 4, slicesPerPatient: 0 }, 'slicesPerPatient of 1 or more, got 0'],
  ])('refuses %j', async (options, message) => {
    await expect(writePhantomDataset({ out, ...options })).rejects.toThrow(message);
  });
});
