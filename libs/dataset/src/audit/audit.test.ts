import type { DatasetSample, Finding } from '@groundglass/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { madeSlice } from '../features/made-slice.fixture.js';
import {
  auditDataset,
  auditReport,
  correctDataset,
  FactsCache,
  FeaturesCache,
  memoryFiles,
  parseManifest,
  readFacts,
  type Dataset,
  type DatasetFiles,
} from '../index.js';

const contents = new Map<string, Uint8Array>();
const samples: DatasetSample[] = [];
function add(path: string, bytes: Uint8Array | undefined, more: Partial<DatasetSample> = {}): void {
  if (bytes) contents.set(path, bytes);
  samples.push({ path, label: 'benign', split: 'train', patient: path, source: 'made', ...more });
}

let dataset: Dataset;
let files: DatasetFiles;
let findings: Finding[];
const facts = new FactsCache();
const features = new FeaturesCache();

const of = (rule: string) => findings.filter((finding) => finding.rule === rule);
const paths = (rule: string) => of(rule).map((finding) => finding.samples.map(({ path }) => path));

beforeAll(async () => {
  const png = (seed: number) => madeSlice(seed).png().toBuffer();
  // Every benign file is PNG and every tumour JPEG, except for the planted faults.
  for (let seed = 1; seed <= 6; seed++) {
    add(`b${seed}.png`, await png(seed), { split: seed > 4 ? 'test' : 'train' });
    add(
      `t${seed}.jpg`,
      await madeSlice(20 + seed)
        .jpeg({ quality: 90 })
        .toBuffer(),
      {
        label: 'tumour',
        split: seed > 4 ? 'test' : 'train',
      },
    );
  }
  add('conflict.png', await madeSlice(1).flop().jpeg().toBuffer(), {
    label: 'tumour',
    split: 'test',
  });
  add('copy-of-b2.png', await png(2), { split: 'test' });
  add('p-1.png', await png(31), {
    patient: 'anna 7001234',
    document: 'd1',
    meta: { gender: 'F', age: 30 },
  });
  add('p-2.png', await png(32), {
    patient: 'anna 7001234',
    split: 'val',
    meta: { gender: 'M', age: 61 },
  });
  add('d-2.png', await png(33), { split: 'test', document: 'd1' });
  add('half.png', (await png(34)).subarray(0, 2000));
  add('gone.png', undefined);
  add('tiny.png', await madeSlice(35, 60).png().toBuffer());
  add('dark.png', await madeSlice(36).linear(0.05, 0).png().toBuffer());
  contents.set('m.png', await madeSlice(37).png().toBuffer());
  add('masked.png', await png(37), { mask: 'm.png' });
  const manifest = parseManifest(
    JSON.stringify({
      format: 'groundglass-dataset',
      version: 1,
      name: 'made',
      samples: 'samples.jsonl',
      labels: ['benign', 'tumour'],
    }),
  );
  dataset = { manifest, samples, lines: samples.map((_, i) => i + 1), root: '.', problems: [] };
  files = memoryFiles(contents);
  findings = await auditDataset(files, dataset, { facts, features });
});

test('a dataset without samples is refused; one with only bad rows reports them as findings', async () => {
  const empty = { ...dataset, samples: [], lines: [] };
  await expect(auditDataset(files, empty)).rejects.toMatchObject({
    code: 'CT_BAD_DATASET',
    message: 'Expected samples in "made", found none',
  });
  const problems = [{ file: 'samples.jsonl', row: 1, message: 'Expected a path' }];
  expect(await auditDataset(files, { ...empty, problems })).toMatchObject([{ severity: 'error' }]);
});

describe('an audit finds', () => {
  test('one picture under two labels, even if flipped and re-encoded', () => {
    expect(paths('label-conflict')).toEqual([['b1.png', 'conflict.png']]);
    expect(of('label-conflict')[0]).toMatchObject({
      severity: 'error',
      evidence: { mirrored: true },
    });
  });

  test('the same pixels in two splits', () => {
    expect(paths('exact-duplicate')).toEqual([['b2.png', 'copy-of-b2.png']]);
    expect(of('exact-duplicate')[0]).toMatchObject({ severity: 'error' });
  });

  test('patients and documents that cross splits, and a patient of two genders and ages', () => {
    expect(paths('patient-crosses-splits')).toEqual([['p-1.png', 'p-2.png']]);
    expect(paths('document-crosses-splits')).toEqual([['p-1.png', 'd-2.png']]);
    expect(of('metadata-contradicts').map(({ message }) => message)).toEqual([
      'Patient "anna 7001234" has the genders F and M',
      'Patient "anna 7001234" has ages from 30 to 61',
    ]);
  });

  test('files that are missing, truncated, tiny or black, of another format than their name, and masks that are none', () => {
    expect(paths('missing-file')).toEqual([['gone.png']]);
    expect(paths('broken-file')).toEqual([['half.png']]);
    expect(paths('tiny-picture')).toEqual([['tiny.png']]);
    expect(paths('unusable-picture')).toEqual([['dark.png']]);
    expect(paths('wrong-ending')).toEqual([['conflict.png']]);
    expect(of('wrong-mask').map(({ message }) => message)).toEqual([
      'Expected a mask of a few values, "m.png" has 17 or more',
    ]);
  });

  test('that the file format reveals the label', () => {
    // By train: PNG benign, JPEG tumour. All 7 readable test files are classified right.
    expect(of('format-tells-label')[0]?.evidence).toMatchObject({ accuracy: 1, files: 7 });
  });

  test('a split without a class', () => {
    expect(of('class-missing')[0]).toMatchObject({
      evidence: { split: 'val', missing: ['tumour'] },
    });
  });

  test('nothing about the other samples', () => {
    const planted = [
      'conflict',
      'copy-of',
      'p-',
      'd-2',
      'half',
      'gone',
      'tiny',
      'dark',
      'masked',
      'b1.',
      'b2.',
    ];
    const others = findings
      .filter(({ severity }) => severity !== 'info')
      .flatMap((finding) => finding.samples.map(({ path }) => path))
      .filter((path) => !planted.some((name) => path.startsWith(name)));
    expect(others).toEqual([]);
  });
});

test('an unchanged file is not read again', async () => {
  const before = facts.reads;
  let opened = 0;
  const counting: DatasetFiles = {
    ...files,
    open: (path) => {
      opened++;
      return files.open(path);
    },
  };
  const again = await auditDataset(counting, dataset, { facts, features });
  expect(again).toEqual(findings);
  expect([facts.reads - before, opened]).toEqual([0, 0]);
  // Nor after saving and loading the caches.
  const reopened = FeaturesCache.parse(features.takeFresh());
  expect(
    await auditDataset(counting, dataset, {
      facts: FactsCache.parse(facts.text()),
      features: reopened,
    }),
  ).toEqual(findings);
  expect(opened).toBe(0);
});

test('a correction keeps the test split and removes its duplicates from the others', async () => {
  const { samples: kept, removed } = correctDataset(dataset, findings);
  expect(new Map(removed.map(({ path, reason }) => [path, reason]))).toEqual(
    new Map([
      ['b1.png', 'label-conflict'],
      ['b2.png', 'exact-duplicate'],
      ['p-1.png', 'patient-crosses-splits'],
      ['half.png', 'broken-file'],
      ['gone.png', 'missing-file'],
      ['dark.png', 'unusable-picture'],
      ['masked.png', 'wrong-mask'],
    ]),
  );
  const corrected = { ...dataset, samples: kept, lines: kept.map((_, i) => i + 1) };
  const left = await auditDataset(files, corrected, { facts, features });
  expect(left.filter(({ severity }) => severity === 'error')).toEqual([]);
});

test('the report escapes names and shows pictures side by side', () => {
  const finding = { ...of('label-conflict')[0]!, message: 'a <b> "c"' };
  const html = auditReport('x & y', [finding], (path) => `data:image/png;base64,${btoa(path)}`);
  expect(html).toContain('Audit of x &#38; y');
  expect(html).toContain('a &#60;b&#62; &#34;c&#34;');
  expect(html.match(/<img /g)).toHaveLength(2);
  expect(html).not.toMatch(/(src|href)="(?!data:|#)/);
});

test('a cancelled audit ends with its code', async () => {
  await expect(auditDataset(files, dataset, { signal: AbortSignal.abort() })).rejects.toMatchObject(
    { code: 'CT_CANCELLED' },
  );
  const stat = (await files.stat('b1.png'))!;
  await expect(
    readFacts(files, 'b1.png', stat, { signal: AbortSignal.abort() }),
  ).rejects.toMatchObject({ code: 'CT_CANCELLED' });
});
