import type { DatasetSample } from '@groundglass/core';
import { afterEach, expect, test, vi } from 'vitest';
import { checkMeasured } from './check-data.js';
import type { CombinedDataset } from './combine-datasets.js';

/** Two patients of one preprint, one in training and one in test. */
const all = [
  { path: 'a.png', split: 'train', patient: 'coronacase-1' },
  { path: 'b.png', split: 'test', patient: 'coronacase-2' },
].map(
  (row) => ({ label: 'covid', source: 'made', document: '10.1101/1', ...row }) as DatasetSample,
);
const combined = { all } as unknown as Pick<CombinedDataset, 'all'>;

afterEach(() => {
  vi.restoreAllMocks();
});

test('a measurement is refused if a document is in both training and test', () => {
  expect(() => {
    checkMeasured(combined, []);
  }).toThrow(/document.*more than one split.*--allow-leaks/s);
});

test('a whole volume is refused where slices are measured, and its file is named', () => {
  const whole = { ...all[0]!, path: 'ct.nii.gz', meta: { slices: 40 } };
  expect(() => {
    checkMeasured({ all: [whole] }, []);
  }).toThrow(/"ct.nii.gz" is a whole volume of 40 slices.*--volumes slices/);
  checkMeasured({ all: [{ ...whole, slice: 7 }] }, []);
});

test('a document that is allowed to leak is measured with a warning', () => {
  const warn = vi.spyOn(console, 'error').mockReturnValue();
  checkMeasured(combined, ['document']);
  expect(warn.mock.calls.join()).toMatch(/Warning: .*document.* has seen what is measured here/s);
});
