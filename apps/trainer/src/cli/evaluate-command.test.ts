import { parseResults, resultLine } from '@groundglass/dataset';
import { readManifest, writeManifest } from '@groundglass/dataset/node';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { trainer, writeDiscs } from './discs.fixture.js';

let root: string;
let data: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'evaluate-'));
  await writeDiscs(root);
  // Two pictures a patient.
  const { manifest, samples, root: from } = await readManifest(at('data'));
  const paired = samples.map((sample, i) => ({
    ...sample,
    patient: `hospital-x${i % 2}${i >> 2}`,
  }));
  data = at('paired');
  await writeManifest(data, { manifest, samples: paired }, from);
  for (const seed of [1, 2]) {
    const out = ['--out', at(`run-${seed}`), '--threads', '1'];
    await trainer(
      'train',
      '--recipe',
      'tiny',
      '--data',
      data,
      ...out,
      '--set',
      'epochs=1',
      `seed=${seed}`,
    );
    await trainer('export', '--run', at(`run-${seed}`), '--models', at(`models-${seed}`));
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

const at = (...names: string[]) => join(root, ...names);
const evaluate = (model: number, ...flags: string[]) =>
  trainer(
    ...['evaluate', '--model', at(`models-${model}/groundglass/1`), '--data', data],
    ...['--split', 'val', '--no-baselines', ...flags],
  );
const read = async (name: string) => parseResults(await readFile(at(name), 'utf8'));

describe('groundglass-trainer evaluate', () => {
  test('writes a row a picture, which compare reads', async () => {
    const { stdout } = await evaluate(1, '--predictions', at('one.predictions.jsonl'));
    expect(stdout).toMatch(/4 patients, 2 positive\n {2}AUC, mean/);
    const { header, rows, problems } = await read('one.predictions.jsonl');
    expect(problems).toEqual([]);
    expect(header.manifest).toEqual({
      name: expect.any(String) as string,
      path: 'paired/groundglass.dataset.json',
    });
    expect(header.model.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(rows).toHaveLength(8);
    for (const { probability, label, withheld, sha256 } of rows) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      const verdict = probability! >= header.threshold! ? 'covid' : 'non-covid';
      expect(label).toBe(withheld.length > 0 ? null : verdict);
    }
    await evaluate(2, '--predictions', at('two.predictions.jsonl'));
    const files = [at('one.predictions.jsonl'), at('two.predictions.jsonl')];
    const compared = await trainer('compare', ...files, '--data', data);
    expect(compared.stdout).toContain('8 samples of 4 patients, 4 positive');
    expect(compared.stdout).toMatch(/^McNemar: .* \(exact\)$/m);
    expect(compared.stdout).toMatch(/^DeLong: AUC/m);
    expect(compared.stdout).toMatch(/^over patients: difference of AUC/m);
    expect(compared.stderr).toContain('treat each sample as independent');
  });

  test('resumes in a file that a kill cut off, and measures the same', async () => {
    const whole = await readFile(at('one.predictions.jsonl'), 'utf8');
    const lines = whole.split('\n');
    // A changed row shows that it is reused; a torn one follows it.
    const { rows } = await read('one.predictions.jsonl');
    const changed = resultLine({ ...rows[0]!, probability: 0.123 });
    await writeFile(
      at('cut.jsonl'),
      `${lines[0]}\n${changed}${lines[2]}\n${lines[3]!.slice(0, 40)}`,
    );
    await evaluate(1, '--predictions', at('cut.jsonl'));
    const resumed = (await read('cut.jsonl')).rows;
    expect(resumed).toHaveLength(8);
    expect(resumed[0]!.probability).toBe(0.123);
    expect(resumed.slice(1)).toEqual(rows.slice(1));
    const again = await evaluate(1, '--predictions', at('one.predictions.jsonl'));
    const fresh = await evaluate(1);
    expect(again.stdout).toBe(fresh.stdout);
    expect(await readFile(at('one.predictions.jsonl'), 'utf8')).toBe(whole);
  });

  test('refuses a file of another model or threshold, and one file too few', async () => {
    const file = ['--predictions', at('one.predictions.jsonl')];
    await expect(evaluate(2, ...file)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('it has another model') as string,
    });
    await expect(evaluate(1, ...file, '--threshold', '0.9')).rejects.toMatchObject({
      stderr: expect.stringContaining('it has another threshold') as string,
    });
    await expect(evaluate(1, ...file, '--whole', data)).rejects.toMatchObject({
      stderr: expect.stringContaining('for each of 2 datasets, got 1') as string,
    });
  });

  test('writes patients as CSV', async () => {
    await evaluate(1, '--patients', at('patients.csv'));
    const [header, ...rows] = (await readFile(at('patients.csv'), 'utf8')).trim().split('\n');
    expect(header).toBe('dataset,source,patient,positive,pictures,positive_pictures,mean,max');
    expect(rows).toHaveLength(4);
    expect(rows[0]).toMatch(/,2,(0|2),0\.\d+,0\.\d+$/);
  });
});
