import { parseResults, patientKey, sampleKey } from '@groundglass/dataset';
import { readManifest, writeManifest } from '@groundglass/dataset/node';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, trainer, writeDiscs } from './discs.fixture.js';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'folds-'));
  data = await writeDiscs(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const at = (...names: string[]) => join(root, ...names);
const fresh = (out: string) => [
  ...['cross-validate', '--data', data, '--out', at(out), '--folds', '3', '--recipe', 'tiny'],
  ...['--set', 'epochs=2', '--threads', '1'],
];
const rowsOf = async (out: string) =>
  parseResults(await readFile(at(out, 'out-of-fold.predictions.jsonl'), 'utf8'));

describe('groundglass-trainer cross-validate', () => {
  test('scores every picture once, by a network that never saw its patient', async () => {
    const { stdout, stderr } = await trainer(...fresh('whole'));
    expect(stderr).toContain('24 pictures in 24 groups that are kept whole');
    expect(stderr).toContain('random weights');
    expect(
      stdout.match(/^fold \d: 8 pictures of 8 patients, 4 positive, AUC [\d.]+ \[/gm),
    ).toHaveLength(3);
    expect(stdout).toContain('all folds: 24 pictures of 24 patients, 12 positive');
    expect(stdout).toMatch(
      / Dice of table: [\d.]+ \[.+\], the mean of 24 patients \([\d.]+ to [\d.]+\)/,
    );
    const { rows, problems, header } = await rowsOf('whole');
    expect(problems).toEqual([]);
    expect(new Set(rows.map(sampleKey)).size).toBe(24);
    expect(header).toMatchObject({ positive: 'covid', threshold: null });
    const results = JSON.parse(await readFile(at('whole/results.json'), 'utf8')) as {
      folds: unknown[];
      pooled: { auc: { value: number; lower: number; upper: number } };
    };
    expect(results.folds).toHaveLength(3);
    const { lower, value, upper } = results.pooled.auc;
    expect(lower).toBeLessThanOrEqual(value);
    expect(value).toBeLessThanOrEqual(upper);
  });

  test('resumes after SIGKILL with the scores of a run that never stopped', async () => {
    const child = spawn(process.execPath, [cli, ...fresh('killed')], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    while (!existsSync(at('killed/fold-2/checkpoint.safetensors')))
      await new Promise((resolve) => setTimeout(resolve, 10));
    child.kill('SIGKILL');
    await ended;
    expect((await rowsOf('killed')).rows.length).toBeLessThan(24);
    const soFar = JSON.parse(await readFile(at('killed/results.json'), 'utf8')) as {
      folds: { fold: number }[];
      pooled: { samples: number };
    };
    expect(soFar.folds.map(({ fold }) => fold)).toEqual([1]);
    expect(soFar.pooled.samples).toBe(8);
    // Only data and folder have to be repeated.
    await trainer('cross-validate', '--data', data, '--out', at('killed'), '--threads', '1');
    const pick = ({ rows }: Awaited<ReturnType<typeof rowsOf>>) =>
      rows.map(({ path, probability, label }) => ({ path, probability, label }));
    expect(pick(await rowsOf('killed'))).toEqual(pick(await rowsOf('whole')));
  });

  test('refuses other folds, another seed, recipe or data in the same folder', async () => {
    const base = ['cross-validate', '--data', data, '--out', at('whole')];
    for (const [flags, named] of [
      [['--folds', '4'], '--folds'],
      [['--seed', '2'], '--seed'],
      [['--recipe', 'tiny', '--set', 'epochs=3'], 'recipe'],
    ] as const) {
      await expect(trainer(...base, ...flags)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining(`Expected the ${named} that`) as string,
      });
    }
    const { manifest, samples, root: from } = await readManifest(data);
    await writeManifest(at('fewer'), { manifest, samples: samples.slice(2) }, from);
    await expect(
      trainer('cross-validate', '--data', at('fewer'), '--out', at('whole')),
    ).rejects.toMatchObject({
      stderr: expect.stringContaining('Expected the --data that') as string,
    });
  });

  test('keeps a patient’s pictures, and pictures that findings link, in one fold', async () => {
    const { manifest, samples, root: from } = await readManifest(data);
    // Pictures 0 and 2, 1 and 3 … are of one patient each, whatever their splits.
    const paired = samples.map((sample, i) => ({
      ...sample,
      patient: `hospital-x${i % 2}${i >> 2}`,
    }));
    await writeManifest(at('paired'), { manifest, samples: paired }, from);
    await trainer(
      ...['cross-validate', '--data', at('paired'), '--out', at('pairs'), '--folds', '3'],
      ...['--recipe', 'tiny', '--set', 'epochs=1', '--threads', '1'],
    );
    const records = (await readFile(at('pairs/folds.jsonl'), 'utf8')).trim().split('\n');
    const tested = records.map(
      (line) => (JSON.parse(line) as { test: { pictures: number; patients: number } }).test,
    );
    expect(tested.reduce((sum, { patients }) => sum + patients, 0)).toBe(
      new Set(paired.map(patientKey)).size,
    );
    const { stdout } = await trainer(
      ...[
        'compare',
        at('pairs/out-of-fold.predictions.jsonl'),
        at('whole/out-of-fold.predictions.jsonl'),
      ],
      ...['--data', at('paired')],
    );
    expect(stdout).toMatch(/24 samples of 12 patients/);
    expect(stdout).toMatch(/over patients: DeLong of their mean probabilities/);
  });

  test('refuses a dataset that lists one picture twice, and more folds than there are patients', async () => {
    const { manifest, samples, root: from } = await readManifest(data);
    const few = samples.slice(0, 4);
    await writeManifest(at('few'), { manifest, samples: few }, from);
    await expect(
      trainer('cross-validate', '--data', at('few'), '--out', at('too-many'), '--folds', '5'),
    ).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        'Expected at least 3 folds and at most one per patient',
      ) as string,
    });
    // One picture under two patients' names; without hashes only its path shows it.
    const twice = [...samples, { ...samples[0]!, patient: 'hospital-z9' }].map((sample) => ({
      ...sample,
      pixelHash: undefined,
    }));
    await writeManifest(at('twice'), { manifest, samples: twice }, from);
    await expect(
      trainer('cross-validate', '--data', at('twice'), '--out', at('leaks'), '--folds', '3'),
    ).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('images/0.png') as string });
  });
});
