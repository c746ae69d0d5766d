import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readManifest } from '@groundglass/dataset/node';
import { trainer, writeDiscs } from './discs.fixture.js';

let root: string;
let data: string;
const at = (name: string) => join(root, name);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'groundglass-dataset-'));
  data = await writeDiscs(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Exit code and output of a command that may fail. */
async function outcome(...args: string[]): Promise<{ code: number; text: string }> {
  return trainer(...args).then(
    ({ stdout, stderr }) => ({ code: 0, text: stdout + stderr }),
    (error: unknown) => {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, text: stdout + stderr };
    },
  );
}

describe('the dataset commands', () => {
  test('stats counts labels by split and writes page, table and numbers', async () => {
    const { stdout } = await trainer('dataset', 'stats', data);
    expect(stdout).toMatch(/non-covid +8 +4 +0 +12\ncovid +8 +4 +0 +12/);
    expect((await readdir(join(data, 'statistics'))).sort()).toEqual([
      'statistics.csv',
      'statistics.html',
      'statistics.json',
    ]);
    const csv = await readFile(join(data, 'statistics/statistics.csv'), 'utf8');
    expect(csv).toContain('images.covid.train,8,');
    expect(csv).toContain('height.covid.mean,64,');
  });

  test('split keeps patients whole, makes folds, and takes a subset of fixed size', async () => {
    await trainer(
      'dataset',
      'split',
      data,
      '--out',
      at('divided'),
      '--test',
      '0.25',
      '--seed',
      '3',
    );
    const { samples } = await readManifest(at('divided'));
    expect(samples.filter(({ split }) => split === 'test')).toHaveLength(6);
    await trainer('dataset', 'split', data, '--out', at('folds'), '--folds', '4');
    const tested = await Promise.all(
      [1, 2, 3, 4].map(async (fold) =>
        (await readManifest(at(`folds/fold-${fold}`))).samples
          .filter(({ split }) => split === 'test')
          .map(({ path }) => path),
      ),
    );
    expect(new Set(tested.flat()).size).toBe(24);
    await trainer('dataset', 'split', data, '--out', at('subset'), '--subset', 'covid=5');
    const subset = (await readManifest(at('subset'))).samples;
    const training = subset.filter(({ split }) => split === 'train');
    expect(training.filter(({ label }) => label === 'covid')).toHaveLength(5);
    expect(
      await outcome('dataset', 'split', data, '--out', at('x'), '--subset', 'covid=99'),
    ).toMatchObject({ code: 1 });
  });

  test('import reports which split lacks a label, and what divides it', async () => {
    const table = await readFile(join(root, 'table.csv'), 'utf8');
    const rows = table.split('\n').filter((row) => !row.includes(',non-covid,val,'));
    await writeFile(join(root, 'uneven.csv'), rows.join('\n'));
    const whole = await outcome(
      'dataset',
      'import',
      'csv',
      join(root, 'table.csv'),
      '--out',
      at('w'),
    );
    expect(whole.text).not.toContain('split has no');
    const { code, text } = await outcome(
      'dataset',
      'import',
      'csv',
      join(root, 'uneven.csv'),
      '--out',
      at('uneven'),
    );
    expect(code).toBe(0);
    expect(text).toMatch(
      /^The val split has no non-covid\. .*dataset split .*uneven --out FOLDER/m,
    );
  });

  test('audit names a planted copy under another label, exits with 1, and corrects', async () => {
    await cp(join(root, 'images/1.png'), join(root, 'images/copy.png'));
    const table = await readFile(join(root, 'table.csv'), 'utf8');
    await writeFile(join(root, 'faulty.csv'), `${table}images/copy.png,non-covid,val,p99,\n`);
    await trainer('dataset', 'import', 'csv', join(root, 'faulty.csv'), '--out', at('faulty'));
    const { code, text } = await outcome('dataset', 'audit', at('faulty'), '--fix', at('fixed'));
    expect(code).toBe(1);
    expect(text).toMatch(
      /error +label-conflict: One picture has the labels covid and non-covid: .*images\/1\.png.*images\/copy\.png/,
    );
    const findings = await readFile(join(at('faulty'), 'faulty.audit.jsonl'), 'utf8');
    expect(JSON.parse(findings.split('\n')[0]!)).toMatchObject({
      rule: 'label-conflict',
      severity: 'error',
    });
    expect(await readFile(join(at('faulty'), 'faulty.audit.html'), 'utf8')).toContain('<img ');
    expect((await readManifest(at('fixed'))).samples.map(({ path }) => path)).not.toContain(
      'images/1.png',
    );
    expect(await outcome('dataset', 'audit', at('faulty'), '--fail-on', 'never')).toMatchObject({
      code: 0,
    });
  });

  test('datasheet, Croissant and export are written, and the export imports again', async () => {
    await trainer('dataset', 'datasheet', data);
    expect(await readFile(join(data, 'datasheet.md'), 'utf8')).toContain(
      '24 CT images of 24 patients',
    );
    await trainer('dataset', 'croissant', data);
    expect(JSON.parse(await readFile(join(data, 'croissant.json'), 'utf8'))).toMatchObject({
      '@type': 'sc:Dataset',
      name: 'table',
    });
    await trainer('dataset', 'export', data, '--out', at('hf'));
    expect(existsSync(at('hf/train/metadata.jsonl'))).toBe(true);
    await trainer('dataset', 'import', at('hf'), '--out', at('again'));
    const [before, after] = [await readManifest(data), await readManifest(at('again'))];
    const hashes = (list: typeof before) =>
      list.samples
        .map(({ pixelHash, label, split }) => `${pixelHash ?? ''} ${label ?? ''} ${split}`)
        .sort();
    expect(hashes(after)).toEqual(hashes(before));
  });

  test('training refuses leaks across all manifests, and a class without labels', async () => {
    await trainer(
      'dataset',
      'split',
      data,
      '--out',
      at('other'),
      '--val',
      '0.4',
      '--test',
      '0',
      '--seed',
      '5',
    );
    const leak = await outcome(
      'train',
      '--recipe',
      'tiny',
      '--data',
      data,
      at('other'),
      '--out',
      at('run'),
    );
    expect(leak.code).toBe(1);
    expect(leak.text).toMatch(/pictures? (is|are) in more than one split .*--allow-leaks/);
    const { manifest, samples } = await readManifest(data);
    await writeFile(
      join(at('other'), 'samples.jsonl'),
      samples
        .filter(({ label, split }) => label === 'covid' || split === 'val')
        .map((row) => `${JSON.stringify(row)}\n`)
        .join(''),
    );
    expect(manifest.positive).toBe('covid');
    const oneClass = await outcome(
      'train',
      '--recipe',
      'tiny',
      '--data',
      at('other'),
      '--out',
      at('run2'),
    );
    expect(oneClass.code).toBe(1);
    expect(oneClass.text).toMatch(
      /Expected training samples with and without the positive label, found: 8 covid from table/,
    );
  });

  test('a dataset without samples passes no check silently', async () => {
    await cp(data, at('empty'), { recursive: true });
    await writeFile(join(at('empty'), 'samples.jsonl'), '');
    for (const command of ['audit', 'stats']) {
      const { code, text } = await outcome('dataset', command, at('empty'));
      expect(code).toBe(1);
      expect(text).toMatch(/^Expected samples in ".+", found none/);
    }
  });

  test('an import of the wrong kind that finds nothing names the kind that fits', async () => {
    const { code, text } = await outcome('dataset', 'import', 'folders', data, '--out', at('none'));
    expect(code).toBe(1);
    expect(text).toMatch(/looks like manifest, not folders: leave out the kind/);
  });

  test.each([
    [['import', 'nonsense', 'x', '--out', 'y'], /Expected one of covid-ct/],
    [['import', '/no/such/folder', '--out', 'y'], /does not exist/],
    [['audit', '/no/such/folder'], /there is no readable file/],
    [
      ['import', 'csv', 'x.csv', '--label-map', 'CAP', '--out', 'y'],
      /Expected --label-map WORD=LABEL|does not exist/,
    ],
  ])('dataset %j ends with one line and exit code 1', async (args, message) => {
    const { code, text } = await outcome('dataset', ...args);
    expect(code).toBe(1);
    expect(text).toMatch(message);
    expect(text.trim().split('\n')).toHaveLength(1);
  });
});
