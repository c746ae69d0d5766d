import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { averagePrecision } from './index.js';
import { precisionRecallCurve } from './precision-recall-curve.js';

test('average precision of a ranking done by hand', () => {
  // Ranked: 1 0 1 0. Recall rises at ranks 1 and 3: 1/2 · 1/1 + 1/2 · 2/3.
  expect(averagePrecision([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.6])).toBeCloseTo(5 / 6, 15);
});

test('average precision is the share of positives if all scores are tied', () => {
  expect(averagePrecision([1, 0, 0, 0], [0.3, 0.3, 0.3, 0.3])).toBe(0.25);
});

test.each(golden('classification'))('curve and area equal scikit-learn on case %#', (expected) => {
  const curve = precisionRecallCurve(expected.labels, expected.scores);
  // scikit-learn lists thresholds ascending and ends in an added point (recall 0, precision 1).
  const thresholds = [...curve.thresholds].reverse();
  const precisions = [...curve.precisions].reverse();
  const recalls = [...curve.recalls].reverse();
  expect(thresholds).toEqual(expected.pr.thresholds);
  expect([...precisions, 1]).toEqual(expected.pr.precisions);
  expect([...recalls, 0]).toEqual(expected.pr.recalls);
  expect(averagePrecision(expected.labels, expected.scores)).toBeCloseTo(
    expected.averagePrecision,
    13,
  );
});

test('a missing class is named', () => {
  expect(() => averagePrecision([0, 0], [0.1, 0.2])).toThrow('got 0 positive and 2 negative');
});
