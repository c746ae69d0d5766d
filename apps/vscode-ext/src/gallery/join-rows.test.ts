import type { DatasetSample, ResultRow } from '@groundglass/core';
import { expect, test } from 'vitest';
import { formatOfName, joinRows } from './join-rows.js';

const samples: DatasetSample[] = [
  { path: 'a.png', label: 'covid', split: 'test', patient: 'p1', source: 's' },
  { path: 'v.nii.gz', slice: 3, label: null, split: 'train', patient: 'p2', source: 's' },
];
const result: ResultRow = {
  path: 'v.nii.gz',
  slice: 3,
  sha256: null,
  label: null,
  withheld: ['NO_LUNG'],
  probability: 0.3,
  lesionFraction: null,
};
const none = { second: undefined, findings: [], formats: new Map<string, string>() };

test('a gallery of a dataset has every sample, scored or not', () => {
  const rows = joinRows({ samples, results: [result], of: 'samples', ...none });
  expect(rows.map(({ path, result: joined }) => [path, joined?.withheld])).toEqual([
    ['a.png', undefined],
    ['v.nii.gz', ['NO_LUNG']],
  ]);
});

test('a gallery of results has the scored pictures, with the labels of the dataset', () => {
  const stray = { ...result, path: 'gone.png', slice: undefined };
  const rows = joinRows({ samples, results: [result, stray], of: 'results', ...none });
  expect(rows.map(({ path, split, label }) => [path, split, label])).toEqual([
    ['v.nii.gz', 'train', null],
    ['gone.png', null, null],
  ]);
});

test('unnamed facts are unknown: a patient that is the picture itself, everything of a file in no dataset', () => {
  const own = { path: 'b/c.png', label: 'covid', split: 'val', source: 's' } as const;
  const rows = joinRows({
    samples: [
      { ...own, patient: 'b/c.png' },
      { path: 'd.png', label: null, split: 'test', patient: 'd.png', source: '' },
    ],
    results: undefined,
    of: 'samples',
    ...none,
  });
  expect(rows.map(({ split, patient, source }) => [split, patient, source])).toEqual([
    ['val', null, 's'],
    [null, null, null],
  ]);
});

test('findings appear at every picture that they name, each rule once', () => {
  const finding = (rule: string, path: string) => ({
    rule,
    severity: 'error' as const,
    message: 'm',
    samples: [{ path, line: 1 }],
    evidence: {},
  });
  const [row] = joinRows({
    samples,
    results: undefined,
    of: 'samples',
    ...none,
    findings: [finding('duplicate', 'a.png'), finding('leak', 'a.png'), finding('leak', 'a.png')],
  });
  expect(row!.findings).toEqual(['duplicate', 'leak']);
});

test.each([
  ['a/b.PNG', 'png'],
  ['a.jpg', 'jpeg'],
  ['a.nii.gz', 'nifti'],
  ['IM0001', null],
  ['folder.d/IM0001', null],
])('the name %s promises %s', (path, format) => {
  expect(formatOfName(path)).toBe(format);
});
