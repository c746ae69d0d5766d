import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { rocAuc, rocCurve } from './index.js';

test('rocAuc counts a tied pair as half a win', () => {
  // positives {0.8, 0.5}, negatives {0.5, 0.1}: (1 + 1 + 0.5 + 1) / 4
  expect(rocAuc([1, 1, 0, 0], [0.8, 0.5, 0.5, 0.1])).toBe(0.875);
});

test('rocAuc is 1/2 if all scores are tied, 1 and 0 if the classes are separated', () => {
  expect(rocAuc([1, 0, 1, 0, 0], [3, 3, 3, 3, 3])).toBe(0.5);
  expect(rocAuc([0, 1], [-2, 5])).toBe(1);
  expect(rocAuc([0, 1], [5, -2])).toBe(0);
  expect(rocAuc([0, 1], [0, -0])).toBe(0.5);
});

test('one positive among many negatives gives the share of negatives below it', () => {
  expect(rocAuc([0, 0, 1, 0], [0.9, 0.2, 0.5, 0.1])).toBe(2 / 3);
});

test('the curve starts at (0, 0), moves diagonally through a tie and ends at (1, 1)', () => {
  const curve = rocCurve([1, 1, 0, 0], [0.8, 0.5, 0.5, 0.1]);
  expect([...curve.thresholds]).toEqual([Infinity, 0.8, 0.5, 0.1]);
  expect([...curve.truePositiveRates]).toEqual([0, 0.5, 1, 1]);
  expect([...curve.falsePositiveRates]).toEqual([0, 0, 0.5, 1]);
});

test.each(golden('classification'))('curve and area equal scikit-learn on case %#', (expected) => {
  const curve = rocCurve(expected.labels, expected.scores);
  expect([...curve.thresholds.slice(1)]).toEqual(expected.roc.thresholds);
  expect([...curve.falsePositiveRates]).toEqual(expected.roc.fpr);
  expect([...curve.truePositiveRates]).toEqual(expected.roc.tpr);
  expect(rocAuc(expected.labels, expected.scores)).toBeCloseTo(expected.auc, 14);
});

test('float32 scores and typed labels are accepted', () => {
  expect(rocAuc(Uint8Array.of(1, 0, 1), Float32Array.of(0.3, 0.2, 0.1))).toBe(0.5);
});

/** Labels with both classes, and scores coarse enough to tie often. */
const samples = fc
  .tuple(
    fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }),
    fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 40 }),
  )
  .map(([positives, negatives]) => ({
    labels: [...positives.map(() => 1), ...negatives.map(() => 0)],
    scores: [...positives, ...negatives],
  }));

test('the area is the same after any increasing map of the scores', () => {
  fc.assert(
    fc.property(samples, ({ labels, scores }) => {
      const area = rocAuc(labels, scores);
      expect(rocAuc(labels, scores.map(Math.exp))).toBe(area);
      expect(
        rocAuc(
          labels,
          scores.map((score) => score ** 3 - 7),
        ),
      ).toBe(area);
    }),
  );
});

test('the area and the area with the classes swapped add up to 1', () => {
  fc.assert(
    fc.property(samples, ({ labels, scores }) => {
      const swapped = labels.map((label) => 1 - label);
      expect(rocAuc(labels, scores) + rocAuc(swapped, scores)).toBeCloseTo(1, 14);
    }),
  );
});

test('the area equals counting every pair', () => {
  fc.assert(
    fc.property(samples, ({ labels, scores }) => {
      let wins = 0;
      let pairs = 0;
      labels.forEach((label, i) => {
        labels.forEach((other, j) => {
          if (label !== 1 || other !== 0) return;
          pairs++;
          wins += scores[i]! > scores[j]! ? 1 : scores[i] === scores[j] ? 0.5 : 0;
        });
      });
      expect(rocAuc(labels, scores)).toBe(wins / pairs);
    }),
  );
});

test('a missing class, a NaN and a length mismatch are named', () => {
  expect(() => rocAuc([1, 1], [0.1, 0.2])).toThrow(
    new RangeError(
      'Expected labels to hold at least 1 of each class, got 2 positive and 0 negative',
    ),
  );
  expect(() => rocAuc([1, 0], [0.1, NaN])).toThrow('Expected scores to be finite, got NaN');
  expect(() => rocAuc([1, 0], [0.1, Infinity])).toThrow('got Infinity at index 1');
  expect(() => rocCurve([1, 0, 1], [0.1, 0.2])).toThrow('as long as labels (3), got length 2');
  expect(() => rocCurve([], [])).toThrow('Expected labels to hold at least 1 value');
});
