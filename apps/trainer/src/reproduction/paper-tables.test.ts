import { expect, test } from 'vitest';
import { paperRows, possibleCounts } from './paper-tables.js';

test('accuracy and F1 of the paper’s COVID-Seg row fit only one pair of counts', () => {
  // (60 + 161) / 341 = 64.8 %, 2 * 60 / (2 * 60 + 7 + 113) = 50.0 %
  const [covidSeg] = paperRows;
  expect(possibleCounts(covidSeg!)).toEqual([{ truePositives: 60, falsePositives: 7 }]);
});

test.each(paperRows)('the figures of $title are possible on its test set', (row) => {
  const counts = possibleCounts(row);
  expect(counts.length).toBeGreaterThan(0);
  for (const { truePositives: tp, falsePositives: fp } of counts) {
    expect((100 * (tp + 168 - fp)) / 341).toBeCloseTo(row.accuracy, 1);
    expect((100 * 2 * tp) / (tp + fp + 173)).toBeCloseTo(row.f1, 1);
  }
});
