import type { Dataset } from '@groundglass/dataset';
import { expect, test } from 'vitest';
import { classNames } from './class-names.js';

const dataset = (labels: string[], positive: string) =>
  ({ manifest: { labels, positive } }) as unknown as Pick<Dataset, 'manifest'>;
const silent = (line: string) => {
  throw new Error(line);
};

test('a model has the names of its dataset, the positive one last', () => {
  expect(classNames([dataset(['tumour', 'normal'], 'tumour')], silent)).toEqual([
    'normal',
    'tumour',
  ]);
});

test('several other labels form one class', () => {
  expect(classNames([dataset(['normal', 'cap', 'covid'], 'covid')], silent)).toEqual([
    'non-covid',
    'covid',
  ]);
});

test('datasets with different positive labels are reported', () => {
  const notes: string[] = [];
  const datasets = [dataset(['a', 'b'], 'b'), dataset(['c', 'd'], 'd')];
  expect(classNames(datasets, (line) => notes.push(line))).toEqual(['a', 'b']);
  expect(notes.join()).toContain('different positive labels (b, d)');
});
