import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import {
  chooseThreshold,
  confusionMatrixAt,
  f1Score,
  sensitivity,
  specificity,
  type ThresholdCriterion,
} from './index.js';

// Ranked: 1 at 0.9, 0 at 0.8, 1 at 0.7, 1 at 0.6, 0 at 0.5, 0 at 0.4
const labels = [1, 0, 1, 1, 0, 0];
const scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4];

test('Youden takes the threshold of the largest sensitivity + specificity - 1', () => {
  // J: 1/3 at 0.9, 0 at 0.8, 1/3 at 0.7, 2/3 at 0.6, 1/3 at 0.5, 0 at 0.4
  expect(chooseThreshold(labels, scores, { kind: 'youden' })).toEqual({
    threshold: 0.6,
    matrix: { truePositives: 3, falsePositives: 1, trueNegatives: 2, falseNegatives: 0 },
  });
});

test.each(golden('classification'))(
  'Youden reaches the largest J of scikit-learn on case %#',
  (expected) => {
    const { threshold, matrix } = chooseThreshold(expected.labels, expected.scores, {
      kind: 'youden',
    });
    expect(sensitivity(matrix) + specificity(matrix) - 1).toBeCloseTo(expected.youden, 14);
    expect(confusionMatrixAt(expected.labels, expected.scores, threshold)).toEqual(matrix);
  },
);

test('a fixed sensitivity is reached with the largest specificity', () => {
  const at = (atLeast: number): number =>
    chooseThreshold(labels, scores, { kind: 'sensitivity', atLeast }).threshold;
  expect(at(0.3)).toBe(0.9);
  // 0.7 and 0.6 both have specificity 2/3: the lower one finds one more.
  expect(at(0.6)).toBe(0.6);
  expect(at(1)).toBe(0.6);
});

test('a fixed specificity is reached with the largest sensitivity', () => {
  expect(chooseThreshold(labels, scores, { kind: 'specificity', atLeast: 0.6 }).threshold).toBe(
    0.6,
  );
  expect(chooseThreshold(labels, scores, { kind: 'specificity', atLeast: 0.9 }).threshold).toBe(
    0.9,
  );
});

test('if the top score is a negative, full specificity calls nothing positive', () => {
  expect(chooseThreshold([0, 1], [0.9, 0.1], { kind: 'specificity', atLeast: 1 })).toMatchObject({
    threshold: Infinity,
    matrix: { truePositives: 0, falsePositives: 0 },
  });
});

test('ties go to the lower threshold, at a fixed specificity to the higher one', () => {
  // J is 1/2 at both 0.9 and 0.7.
  const tied = [
    [1, 0, 1, 0],
    [0.9, 0.8, 0.7, 0.6],
  ] as const;
  expect(chooseThreshold(...tied, { kind: 'youden' }).threshold).toBe(0.7);
  // Sensitivity 1/2 at 0.9 and at 0.8, specificity 1 and 1/2.
  expect(chooseThreshold(...tied, { kind: 'sensitivity', atLeast: 0.5 }).threshold).toBe(0.9);
  const flat = [
    [1, 0, 0, 0],
    [0.9, 0.8, 0.7, 0.6],
  ] as const;
  expect(chooseThreshold(...flat, { kind: 'specificity', atLeast: 0.3 }).threshold).toBe(0.9);
  // F1: 2/3 at 0.9, 1/2 at 0.8 and 4/5 at 0.7
  expect(chooseThreshold(...tied, { kind: 'f1' }).threshold).toBe(0.7);
});

test('the midpoint is half-way to the next score below', () => {
  const options = { placement: 'midpoint' } as const;
  expect(chooseThreshold([1, 0], [0.75, 0.25], { kind: 'youden' }, options).threshold).toBe(0.5);
  // Nothing below the lowest score, nothing between neighbouring doubles.
  expect(
    chooseThreshold([0, 1], [2, 1], { kind: 'sensitivity', atLeast: 1 }, options).threshold,
  ).toBe(1);
  const next = 1 + Number.EPSILON;
  expect(chooseThreshold([1, 0], [next, 1], { kind: 'youden' }, options).threshold).toBe(next);
});

test('with all scores tied, either all or none are positive', () => {
  const matrix = { truePositives: 2, falsePositives: 1, trueNegatives: 0, falseNegatives: 0 };
  expect(chooseThreshold([1, 0, 1], [1, 1, 1], { kind: 'youden' })).toEqual({
    threshold: 1,
    matrix,
  });
});

test('no other threshold does better, and the matrix belongs to the threshold', () => {
  const samples = fc.tuple(
    fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 25 }),
    fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 25 }),
  );
  const criteria = fc.oneof(
    fc.constant<ThresholdCriterion>({ kind: 'f1' }),
    fc
      .double({ min: 0.01, max: 1, noNaN: true })
      .map((atLeast): ThresholdCriterion => ({ kind: 'sensitivity', atLeast })),
    fc
      .double({ min: 0.01, max: 1, noNaN: true })
      .map((atLeast): ThresholdCriterion => ({ kind: 'specificity', atLeast })),
  );
  const placements = fc.constantFrom('score', 'midpoint');
  fc.assert(
    fc.property(samples, criteria, placements, ([positives, negatives], criterion, placement) => {
      const truth = [...positives.map(() => 1), ...negatives.map(() => 0)];
      const values = [...positives, ...negatives];
      const { threshold, matrix } = chooseThreshold(truth, values, criterion, { placement });
      expect(confusionMatrixAt(truth, values, threshold)).toEqual(matrix);
      for (const other of [...values, Infinity]) {
        const rival = confusionMatrixAt(truth, values, other);
        if (criterion.kind === 'f1') {
          expect(f1Score(rival)).toBeLessThanOrEqual(f1Score(matrix));
        } else if (criterion.kind === 'sensitivity') {
          expect(sensitivity(matrix)).toBeGreaterThanOrEqual(criterion.atLeast);
          if (sensitivity(rival) < criterion.atLeast) continue;
          expect(specificity(rival)).toBeLessThanOrEqual(specificity(matrix));
        } else if (criterion.kind === 'specificity') {
          expect(specificity(matrix)).toBeGreaterThanOrEqual(criterion.atLeast);
          if (specificity(rival) < criterion.atLeast) continue;
          expect(sensitivity(rival)).toBeLessThanOrEqual(sensitivity(matrix));
        }
      }
    }),
  );
});

test('a rate out of range and a missing class are named', () => {
  expect(() => chooseThreshold(labels, scores, { kind: 'sensitivity', atLeast: 95 })).toThrow(
    new RangeError('Expected atLeast in (0, 1], got 95'),
  );
  expect(() => chooseThreshold(labels, scores, { kind: 'specificity', atLeast: 0 })).toThrow(
    'got 0',
  );
  expect(() => chooseThreshold([1, 1], [0.1, 0.2], { kind: 'youden' })).toThrow(
    'at least 1 of each class',
  );
});
