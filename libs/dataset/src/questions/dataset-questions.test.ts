import type { DatasetSample, ResultRow, ResultsHeader } from '@groundglass/core';
import { expect, test } from 'vitest';
import { findPictures, summarizeDataset, type AskedDataset } from './dataset-questions.js';

const sample = (
  path: string,
  label: string | null,
  split: 'train' | 'test' = 'test',
): DatasetSample => ({
  ...{ path, label, split, patient: `patient of ${path}`, source: 's' },
});
const row = (path: string, probability: number, more: Partial<ResultRow> = {}): ResultRow => ({
  ...{ path, sha256: null, withheld: [], lesionFraction: null, probability },
  label: probability >= 0.5 ? 'covid' : 'non-covid',
  ...more,
});
const dataset: AskedDataset = {
  ...{ name: 'd', labels: ['normal', 'covid'], positive: 'covid' },
  samples: [
    sample('a', 'covid'),
    sample('b', 'covid'),
    sample('c', 'normal'),
    sample('d', 'normal'),
    sample('e', null),
    sample('f', 'covid', 'train'),
  ],
  results: [
    row('a', 0.9),
    row('b', 0.1),
    row('c', 0.7),
    row('d', 0.99, { label: null, withheld: ['NO_LUNG'] }),
    row('e', 0.8),
  ],
  header: {
    model: { name: 'm', version: '1', sha256: null },
    positive: 'covid',
  } as ResultsHeader,
  findings: [
    {
      rule: 'duplicate',
      severity: 'error',
      message: 'm',
      samples: [{ path: 'c', line: 3 }],
      evidence: {},
    },
  ],
};

const paths = (input: object) => findPictures(dataset, input).pictures.map(({ path }) => path);

test('wrong answers come first, the most wrong at the top', () => {
  expect(paths({ wrong: true })).toEqual(['b', 'c']);
});

test('an answer reports how many pictures were scored: no wrong one may mean that none was scored', () => {
  expect(findPictures(dataset, { wrong: true })).toMatchObject({ total: 2, scored: 5 });
  const unscored = { ...dataset, results: [], header: undefined };
  expect(findPictures(unscored, { wrong: true })).toMatchObject({ total: 0, scored: 0 });
});

test('a patient that nothing names is unknown, and so is the number of patients', () => {
  const own = dataset.samples.map((each) => ({ ...each, patient: each.path }));
  const asked = { ...dataset, samples: own };
  expect(findPictures(asked, {}).pictures.map(({ patient }) => patient)).toEqual(
    own.map(() => null),
  );
  expect(summarizeDataset(asked).splits.map(({ patients }) => patients)).toEqual([null, null]);
});

test('an answer reports which splits were drawn and which patients are guessed', () => {
  const [a, b] = dataset.samples as [DatasetSample, DatasetSample];
  const samples: DatasetSample[] = [
    { ...a, guessed: ['split', 'patient'] },
    { ...b, patient: b.path, guessed: ['split'] },
    ...dataset.samples.slice(2),
  ];
  const asked = { ...dataset, samples };
  const { guesses, pictures } = findPictures(asked, { label: 'covid', split: 'test' });
  expect(pictures).toMatchObject([
    { path: 'b', isSplitDrawn: true, patient: null, isPatientGuessed: false },
    { path: 'a', isSplitDrawn: true, patient: 'patient of a', isPatientGuessed: true },
  ]);
  const words = [
    expect.stringContaining('split of 2 pictures: Groundglass drew it'),
    expect.stringContaining('patient of 1 picture: it is guessed'),
    expect.stringContaining('1 picture of unknown patients'),
  ];
  expect(guesses).toEqual(words);
  const summary = summarizeDataset(asked);
  expect(summary.guesses).toEqual(words);
  expect(summary.splits).toMatchObject([
    { split: 'test', drawn: 2, guessedPatients: 1 },
    { split: 'train', drawn: 0, guessedPatients: 0 },
  ]);
  expect(findPictures(asked, { split: 'train' }).guesses).toEqual([]);
  expect(summarizeDataset(dataset).guesses).toEqual([]);
});

test('a withheld probability is never reported', () => {
  const [withheld] = findPictures(dataset, { withheld: true }).pictures;
  expect(withheld).toMatchObject({
    path: 'd',
    answer: null,
    probability: null,
    withheld: ['NO_LUNG'],
  });
});

test('pictures are found by label, split, finding and text', () => {
  expect(paths({ label: 'covid', split: 'train' })).toEqual(['f']);
  expect(paths({ finding: 'duplicate' })).toEqual(['c']);
  expect(paths({ text: 'OF E' })).toEqual(['e']);
  expect(findPictures(dataset, { limit: 2 })).toMatchObject({ total: 6, pictures: [{}, {}] });
});

test('a summary counts by split, with null for unknown values', () => {
  const [test_, train] = summarizeDataset(dataset).splits;
  // Answered with a label: a right, b and c wrong; two of each class are missing.
  expect(test_).toMatchObject({
    ...{ split: 'test', pictures: 5, scored: 5, withheld: 1, failed: 0, auc: null },
    labels: { covid: 2, normal: 2, unknown: 1 },
    sensitivity: 0.5,
    specificity: 0,
  });
  expect(test_!.accuracy).toBeCloseTo(1 / 3);
  expect(train).toMatchObject({ scored: 0, accuracy: null, sensitivity: null });
});
