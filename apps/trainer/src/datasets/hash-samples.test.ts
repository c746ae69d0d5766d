import { dataFingerprint } from '@groundglass/dataset';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkMeasured } from './check-data.js';
import { combineDatasets } from './combine-datasets.js';
import { openDatasets } from './open-datasets.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
  const manifest = {
    format: 'groundglass-dataset',
    version: 1,
    name: 'by hand',
    samples: 'samples.jsonl',
  };
  await writeFile(join(root, 'groundglass.dataset.json'), JSON.stringify(manifest));
  const rows = [
    { path: 'a.png', patient: '1', label: 'covid', split: 'train', source: 'ours' },
    { path: 'b.png', patient: '2', label: 'non-covid', split: 'test', source: 'ours' },
    { path: 'gone.png', patient: '3', label: 'covid', split: 'test', source: 'ours' },
  ];
  await writeFile(
    join(root, 'samples.jsonl'),
    rows.map((row) => `${JSON.stringify(row)}\n`).join(''),
  );
});
afterAll(() => rm(root, { recursive: true, force: true }));

const open = async () => combineDatasets(await openDatasets([root]));

test('one picture under two names in two splits is refused, even if the manifest has no hashes', async () => {
  await writeFile(join(root, 'a.png'), 'the same bytes');
  await writeFile(join(root, 'b.png'), 'other bytes');
  checkMeasured(await open(), []);
  await writeFile(join(root, 'b.png'), 'the same bytes');
  const copied = await open();
  expect(() => {
    checkMeasured(copied, []);
  }).toThrow('1 picture');
});

test('different pictures under the same names are different data', async () => {
  await writeFile(join(root, 'b.png'), 'other bytes');
  const before = await dataFingerprint((await open()).all);
  expect(await dataFingerprint((await open()).all)).toBe(before);
  await writeFile(join(root, 'a.png'), 'a picture taken later');
  expect(await dataFingerprint((await open()).all)).not.toBe(before);
});
