import type { DatasetSample } from '@groundglass/core';
import { expect, test } from 'vitest';
import { groupSamples, pageSize, pagesOf } from './group-samples.js';

const sample = (path: string, split: string, label: string | null, patient: string) =>
  ({ path, split, label, patient, source: 's' }) as DatasetSample;

test('splits come in the order of their use, labels in the manifest’s, unknown ones last', () => {
  const tree = groupSamples(
    [
      sample('a', 'test', null, 'p1'),
      sample('b', 'test', 'covid', 'p2'),
      sample('c', 'train', 'covid', 'p2'),
      sample('d', 'test', 'normal', 'p3'),
      sample('e', 'test', 'covid', 'p2'),
    ],
    ['normal', 'covid', 'never'],
  );
  expect([...tree.keys()]).toEqual(['train', 'test']);
  expect([...tree.get('test')!.keys()]).toEqual(['normal', 'covid', null]);
  expect(tree.get('test')!.get('covid')!.get('p2')).toEqual([1, 4]);
});

test('100,000 patients are grouped and paged', () => {
  const samples = Array.from({ length: 100_000 }, (_, at) =>
    sample(`${at}.png`, 'train', 'covid', `p${at}`),
  );
  const patients = groupSamples(samples, ['covid']).get('train')!.get('covid')!;
  expect(patients.size).toBe(100_000);
  const pages = pagesOf([...patients.keys()]);
  expect(pages).toHaveLength(100_000 / pageSize);
  expect(pages.at(-1)).toHaveLength(pageSize);
});
