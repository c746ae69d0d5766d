import type { DatasetSample } from '@groundglass/core';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writePhantomDataset } from '@groundglass/phantom';

const run = promisify(execFile);
const cli = join(import.meta.dirname, '../../../apps/trainer/bin/groundglass-trainer.mjs');
const trainer = (...args: string[]) => run(process.execPath, [cli, ...args]);

const size = 96;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'overfit-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Makes these the samples of the data set. */
async function keep(samples: readonly DatasetSample[]): Promise<void> {
  const rows = samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');
  await writeFile(join(root, 'samples.jsonl'), rows);
}

interface Evaluated {
  readonly datasets: readonly {
    readonly samples: number;
    readonly all: {
      readonly labels?: { readonly auc: { readonly value: number } };
      readonly masks?: { readonly mean: number };
    };
  }[];
}

/** Metrics of `evaluate` with the exported model. */
async function evaluate(): Promise<Evaluated['datasets'][number]> {
  const model = join(root, 'models/groundglass/1');
  const { stdout } = await trainer(
    ...['evaluate', '--model', model, '--data', root, '--split', 'train'],
    ...['--no-baselines', '--json', '--allow-leaks', 'picture', 'patient', 'document'],
  );
  return (JSON.parse(stdout) as Evaluated).datasets[0]!;
}

test('the joint model memorises 32 phantom slices: AUC 1 and Dice of 0.9 and more', async () => {
  // Of 24 patients 16 are for training, with two slices each.
  const all = await writePhantomDataset({ out: root, count: 48, size });
  const learnt = all.filter(({ split }) => split === 'train');
  expect(learnt).toHaveLength(32);
  // The kept epoch is the best on the slices themselves: this tests fitting, not generalisation.
  const again = learnt.map((sample) => ({ ...sample, split: 'val' as const }));
  await keep([...learnt, ...again]);

  await trainer(
    ...['train', '--recipe', 'tiny', '--data', root, '--out', join(root, 'run')],
    ...['--allow-leaks', 'picture', 'patient', 'document', '--threads', '1'],
    ...['--set', `imageSize=${size}`, 'batchSize=4', 'model.outputStride=8'],
    // As in the fast recipe: the edges of small lesions come from the fine map.
    ...['model.skipChannels=8', 'loss.segmentation=2', 'loss.dice=2'],
    // An epoch sees each slice eight times, unchanged.
    ...['epochs=12', 'sampling={"phantom":8}', 'augmentation.cropScale=[1,1]'],
    ...['augmentation.flip=0', 'augmentation.brightness=0', 'augmentation.contrast=0'],
  );
  await trainer('export', '--run', join(root, 'run'), '--models', join(root, 'models'));

  const { samples, all: measured } = await evaluate();
  expect(samples).toBe(32);
  expect(measured.labels?.auc.value).toBe(1);
  expect(measured.masks?.mean).toBeGreaterThanOrEqual(0.9);
  // Half of the slices have no lesion, and a Dice of 1 if the model finds none: check the slices with lesions too.
  await keep(learnt.filter(({ label }) => label === 'covid'));
  const { samples: withLesions, all: found } = await evaluate();
  expect(withLesions).toBe(16);
  expect(found.masks?.mean).toBeGreaterThanOrEqual(0.9);
}, 600_000);
