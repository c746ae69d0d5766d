import { describe, expect, test } from 'vitest';
import { measureClustered, thresholdOf, type ScoredPictures } from './measure-clustered.js';

/** Two COVID patients of three pictures each, and four others of one. */
const pictures: ScoredPictures = {
  labels: [1, 1, 1, 1, 1, 1, 0, 0, 0, 0],
  probabilities: [0.9, 0.9, 0.9, 0.4, 0.4, 0.4, 0.1, 0.2, 0.3, 0.8],
  patients: ['a', 'a', 'a', 'b', 'b', 'b', 'c', 'd', 'e', 'f'],
};

describe('measureClustered', () => {
  test('counts, rates and AUC are those of the pictures', () => {
    const scores = measureClustered(pictures, 0.5);
    expect(scores).toMatchObject({
      truePositives: 3,
      falsePositives: 1,
      positives: 6,
      negatives: 4,
      patients: 6,
    });
    // (3 + 3) / 10; 2 · 3 / (2 · 3 + 1 + 3)
    expect(scores.accuracy.value).toBeCloseTo(0.6, 10);
    expect(scores.f1.value).toBeCloseTo(0.6, 10);
    // 0.9 beats all four others, 0.4 beats three: (3 · 4 + 3 · 3) / 24
    expect(scores.auc.value).toBeCloseTo(21 / 24, 10);
  });

  test('intervals keep patients whole: with one COVID patient drawn twice, F1 is that of its pictures', () => {
    const { f1 } = measureClustered(pictures, 0.5);
    // Both draws of patient b: no true positive, F1 is 0. Both of a: 6 true positives, F1 up to 1.
    expect(f1.lower).toBe(0);
    expect(f1.upper!).toBeGreaterThan(0.9);
  });

  test('gives no interval if a class has pictures of only one patient that also has the other', () => {
    const mixed = { ...pictures, patients: pictures.patients.map(() => 'a') };
    expect(measureClustered(mixed, 0.5).auc).toEqual({ value: 21 / 24, lower: null, upper: null });
  });
});

test('the threshold is midway between the scores that Youden’s J separates best', () => {
  // From 0.4 on: 6 of 6 found, 1 of 4 wrong, J = 0.75; from 0.9 on: J = 0.5. Midway between 0.3 and 0.4.
  expect(thresholdOf(pictures)).toBeCloseTo(0.35, 10);
});
