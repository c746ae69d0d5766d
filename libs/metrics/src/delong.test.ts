import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { delongTest, rocAuc, rocAucInterval } from './index.js';

test('variance of four samples done by hand', () => {
  // positives {0.8, 0.5}, negatives {0.5, 0.1}. Shares of negatives below each positive: 1 and 3/4, variance 1/32;
  // shares of positives above each negative: 3/4 and 1, the same. (1/32) / 2 + (1/32) / 2.
  const { auc, variance } = rocAucInterval([1, 1, 0, 0], [0.8, 0.5, 0.5, 0.1]);
  expect(auc).toBe(0.875);
  expect(variance).toBe(1 / 32);
});

test.each(golden('delong'))('equals the definition by all pairs on case %#', (expected) => {
  const { labels, first, second } = expected;
  const estimate = rocAucInterval(labels, first);
  expect(estimate.auc).toBeCloseTo(expected.auc, 14);
  expect(estimate.variance).toBeCloseTo(expected.variance, 14);
  expect(estimate.lower).toBeCloseTo(expected.logit[0], 12);
  expect(estimate.upper).toBeCloseTo(expected.logit[1], 12);
  const wald = rocAucInterval(labels, first, { scale: 'wald' });
  expect(wald.lower).toBeCloseTo(expected.wald[0], 12);
  expect(wald.upper).toBeCloseTo(expected.wald[1], 12);

  const comparison = delongTest(labels, first, second);
  expect(comparison.firstAuc).toBeCloseTo(expected.auc, 14);
  expect(comparison.secondAuc).toBeCloseTo(expected.secondAuc, 14);
  expect(comparison.variance).toBeCloseTo(expected.differenceVariance, 14);
  expect(comparison.z).toBeCloseTo(expected.z, 10);
  expect(comparison.pValue).toBeCloseTo(expected.pValue, 12);
});

test('a perfect ranking has variance 0 and an interval of one point', () => {
  expect(rocAucInterval([1, 1, 0, 0], [4, 3, 2, 1])).toEqual({
    auc: 1,
    variance: 0,
    lower: 1,
    upper: 1,
  });
});

test('all scores tied give 1/2 with variance 0', () => {
  expect(rocAucInterval([1, 1, 0, 0], [7, 7, 7, 7])).toMatchObject({ auc: 0.5, variance: 0 });
});

test('classifiers with the same ranking do not differ: z = 0 and p = 1', () => {
  const labels = [1, 0, 1, 0, 1];
  const scores = [0.9, 0.8, 0.3, 0.4, 0.7];
  const comparison = delongTest(
    labels,
    scores,
    scores.map((score) => 10 * score - 3),
  );
  expect(comparison).toMatchObject({ difference: 0, variance: 0, z: 0, pValue: 1 });
});

test('two perfect rankings in opposite directions differ with p = 0', () => {
  const comparison = delongTest([1, 1, 0, 0], [4, 3, 2, 1], [1, 2, 3, 4]);
  expect(comparison).toMatchObject({ difference: 1, z: Infinity, pValue: 0 });
});

const samples = fc.tuple(
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 20 }),
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 20 }),
);

test('the interval is within [0, 1] and includes the area that rocAuc gives', () => {
  fc.assert(
    fc.property(samples, fc.constantFrom('logit', 'wald'), ([positives, negatives], scale) => {
      const labels = [...positives.map(() => 1), ...negatives.map(() => 0)];
      const scores = [...positives, ...negatives];
      const { auc, lower, upper } = rocAucInterval(labels, scores, { scale });
      expect(auc).toBe(rocAuc(labels, scores));
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(lower).toBeLessThanOrEqual(auc + 1e-12);
      expect(upper).toBeGreaterThanOrEqual(auc - 1e-12);
      expect(upper).toBeLessThanOrEqual(1);
    }),
  );
});

test('one sample of a class has no variance to estimate', () => {
  expect(() => rocAucInterval([1, 0, 0], [0.9, 0.1, 0.2])).toThrow(
    new RangeError(
      'Expected labels to hold at least 2 of each class, got 1 positive and 2 negative',
    ),
  );
  expect(() => rocAucInterval([1, 1, 0, 0], [4, 3, 2, 1], { level: 95 })).toThrow(
    'Expected level between 0 and 1 (both excluded), got 95',
  );
  expect(() => delongTest([1, 1, 0, 0], [4, 3, 2, 1], [1, 2, 3])).toThrow('got length 3');
});
