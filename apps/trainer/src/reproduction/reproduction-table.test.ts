import { expect, test } from 'vitest';
import type { ReproductionRow } from './result-row.js';
import { reproductionTable } from './reproduction-table.js';

const row: ReproductionRow = {
  row: 'densenet169-covid-seg',
  seed: 1,
  scale: 'small',
  time: '2026-01-01T00:00:00.000Z',
  command: 'groundglass-trainer reproduce table4',
  commit: null,
  data: 'd',
  recipe: 'r',
  model: 'm',
  start: null,
  epochs: 12,
  minutes: 3,
  train: { positives: 118, negatives: 433 },
  validationAuc: 0.9,
  test: {
    accuracy: { value: 0.7, lower: 0.6, upper: 0.8 },
    f1: { value: 0.65, lower: null, upper: null },
    auc: { value: 0.8123, lower: 0.75, upper: 0.87 },
    truePositives: 100,
    falsePositives: 30,
    positives: 173,
    negatives: 168,
    threshold: 0.4,
    patients: 100,
  },
  points: [],
};

test('a table has the paper’s figures and counts next to ours', () => {
  const text = reproductionTable('table4', [row], 'small');
  expect(text).toContain(
    '| DenseNet-169 on COVID-Seg | 64.8 | 50.0 | 79.5 | 60 / 7 | 70.0 (60.0–80.0) | 65.0 | 81.2 (75.0–87.0) | 100 / 30 | 118 + 433 |',
  );
  expect(text).toContain('MobileNetV2 in place of DenseNet-169');
  expect(text).toContain('One seed.');
});

test('an untrained row says so, and rows of another scale are not shown', () => {
  const text = reproductionTable('table4', [{ ...row, scale: 'paper' }], 'small');
  expect(text.match(/not trained/g)).toHaveLength(3);
  expect(text).not.toContain('81.2');
});

test('baselines are below the rows', () => {
  const text = reproductionTable('table5', [row, { ...row, row: 'baseline:origin' }], 'small');
  expect(text.split('\n').at(-1)).toMatch(
    /^\| \*baseline:\* file format, colour mode and size \| {2}\| {2}\| {2}\| {2}\| 70\.0/,
  );
});
