import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import {
  accuracy,
  confusionMatrix,
  confusionMatrixAt,
  f1Score,
  negativePredictiveValue,
  precision,
  sensitivity,
  specificity,
} from './index.js';

test('rates of a matrix done by hand', () => {
  // 4 positives of which 3 are found, 6 negatives of which 2 are called positive.
  const matrix = confusionMatrix([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0, 0, 0, 0]);
  expect(matrix).toEqual({
    truePositives: 3,
    falsePositives: 2,
    trueNegatives: 4,
    falseNegatives: 1,
  });
  expect(accuracy(matrix)).toBe(0.7);
  expect(precision(matrix)).toBe(0.6);
  expect(sensitivity(matrix)).toBe(0.75);
  expect(specificity(matrix)).toBe(4 / 6);
  expect(negativePredictiveValue(matrix)).toBe(0.8);
  expect(f1Score(matrix)).toBe(6 / 9);
});

test.each(golden('classification'))('rates equal scikit-learn on case %#', (expected) => {
  const matrix = confusionMatrixAt(expected.labels, expected.scores, 0.5);
  expect(matrix).toEqual(expected.matrix);
  expect(accuracy(matrix)).toBeCloseTo(expected.accuracy, 14);
  expect(precision(matrix)).toBeCloseTo(expected.precision, 14);
  expect(sensitivity(matrix)).toBeCloseTo(expected.sensitivity, 14);
  expect(specificity(matrix)).toBeCloseTo(expected.specificity, 14);
  expect(negativePredictiveValue(matrix)).toBeCloseTo(expected.negativePredictiveValue, 14);
  expect(f1Score(matrix)).toBeCloseTo(expected.f1, 14);
});

// Counts that fit Tables 4 and 5 of arXiv 2003.13865 (test set: 173 COVID, 168 non-COVID). The printed tables were
// not at hand, so the expected values are the exact fractions (TP + TN) / 341 and 2 TP / (TP + FP + 173) worked
// out by hand from the counts, and their three-decimal roundings.
test.each([
  { trainedOn: 'COVID-Seg', tp: 60, fp: 7, correct: 221, acc: 0.648, f1: [120, 240], f1At3: 0.5 },
  {
    trainedOn: 'COVID-CT-349',
    tp: 111,
    fp: 8,
    correct: 271,
    acc: 0.795,
    f1: [222, 292],
    f1At3: 0.76,
  },
  {
    trainedOn: 'COVID-CT-118',
    tp: 41,
    fp: 12,
    correct: 197,
    acc: 0.578,
    f1: [82, 226],
    f1At3: 0.363,
  },
  {
    trainedOn: 'Combination',
    tp: 102,
    fp: 16,
    correct: 254,
    acc: 0.745,
    f1: [204, 291],
    f1At3: 0.701,
  },
  {
    trainedOn: 'JCS COVID-Seg',
    tp: 162,
    fp: 83,
    correct: 247,
    acc: 0.724,
    f1: [324, 418],
    f1At3: 0.775,
  },
])('the COVID-CT paper: accuracy $acc and F1 $f1At3 from the counts of $trainedOn', (row) => {
  const labels = [...Array<number>(173).fill(1), ...Array<number>(168).fill(0)];
  const predictions = labels.map((label, i) =>
    label === 1 ? Number(i < row.tp) : Number(i - 173 < row.fp),
  );
  const matrix = confusionMatrix(labels, predictions);
  expect(accuracy(matrix)).toBe(row.correct / 341);
  expect(f1Score(matrix)).toBe(row.f1[0]! / row.f1[1]!);
  expect(accuracy(matrix).toFixed(3)).toBe(row.acc.toFixed(3));
  expect(f1Score(matrix).toFixed(3)).toBe(row.f1At3.toFixed(3));
});

test('a rate without a denominator is NaN, never 0', () => {
  const onlyNegatives = confusionMatrix([0, 0], [0, 0]);
  expect(sensitivity(onlyNegatives)).toBeNaN();
  expect(precision(onlyNegatives)).toBeNaN();
  expect(f1Score(onlyNegatives)).toBeNaN();
  expect(specificity(onlyNegatives)).toBe(1);
  const onlyPositives = confusionMatrix([1, 1], [1, 1]);
  expect(specificity(onlyPositives)).toBeNaN();
  expect(negativePredictiveValue(onlyPositives)).toBeNaN();
});

test('F1 is 0 when every positive was missed', () => {
  expect(f1Score(confusionMatrix([1, 0], [0, 0]))).toBe(0);
  expect(f1Score(confusionMatrix([1, 0], [0, 1]))).toBe(0);
});

test('a score equal to the threshold is positive', () => {
  expect(confusionMatrixAt([1, 0], [0.5, 0.4], 0.5).truePositives).toBe(1);
  expect(confusionMatrixAt([1, 0], [0.5, 0.4], Infinity).falseNegatives).toBe(1);
  expect(confusionMatrixAt([1, 0], [0.5, 0.4], -Infinity).falsePositives).toBe(1);
});

test('bad arguments are named with the expected and the actual value', () => {
  expect(() => confusionMatrix([1, 0], [1])).toThrow(
    new RangeError('Expected predictions to be as long as labels (2), got length 1'),
  );
  expect(() => confusionMatrix([], [])).toThrow(
    new RangeError('Expected labels to hold at least 1 value, got 0'),
  );
  expect(() => confusionMatrix([1, 2], [1, 0])).toThrow(
    new RangeError('Expected labels to be 0 or 1, got 2 at index 1'),
  );
  expect(() => confusionMatrix([1, 0], [0.7, 0])).toThrow('Expected predictions to be 0 or 1');
  expect(() => confusionMatrixAt([1, 0], [0.7, NaN], 0.5)).toThrow(
    new RangeError('Expected scores to be finite, got NaN at index 1'),
  );
  expect(() => confusionMatrixAt([1, 0], [0.7, 0.1], NaN)).toThrow(/threshold.*NaN/);
});

test('swapping the classes swaps sensitivity and specificity', () => {
  const bit = fc.integer({ min: 0, max: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(bit, bit), { minLength: 1 }), (pairs) => {
      const straight = confusionMatrix(
        pairs.map(([label]) => label),
        pairs.map(([, call]) => call),
      );
      const swapped = confusionMatrix(
        pairs.map(([label]) => 1 - label),
        pairs.map(([, call]) => 1 - call),
      );
      expect(sensitivity(swapped)).toBe(specificity(straight));
      expect(precision(swapped)).toBe(negativePredictiveValue(straight));
      expect(accuracy(swapped)).toBe(accuracy(straight));
    }),
  );
});
