import { describe, expect, test } from 'vitest';
import type { SampleScore } from './evaluate.js';
import { measure } from './measure.js';

function score(
  label: 'covid' | 'non-covid',
  probability: number,
  patient: string,
  overlap?: SampleScore['overlap'],
): SampleScore {
  return {
    sample: {
      path: `${patient}.png`,
      label,
      target: label === 'covid' ? 1 : 0,
      split: 'test',
      patient,
      source: 's',
    },
    probability,
    logits: [0, 0],
    lesionEvidence: 0,
    dice: undefined,
    overlap,
  };
}

describe('a measurement', () => {
  const scores = [
    score('covid', 0.9, 'a'),
    score('covid', 0.6, 'b'),
    score('covid', 0.3, 'c'),
    score('non-covid', 0.7, 'd'),
    score('non-covid', 0.2, 'e'),
  ];

  test('counts COVID as positive at the given threshold', () => {
    const { labels, masks } = measure(scores, 0.5);
    expect(labels?.matrix).toEqual({
      truePositives: 2,
      falsePositives: 1,
      trueNegatives: 1,
      falseNegatives: 1,
    });
    expect(labels?.accuracy.value).toBeCloseTo(3 / 5, 12);
    // 2 · 2 / (2 · 2 + 1 + 1)
    expect(labels?.f1.value).toBeCloseTo(2 / 3, 12);
    expect(labels?.sensitivity.value).toBeCloseTo(2 / 3, 12);
    expect(labels?.specificity.value).toBeCloseTo(1 / 2, 12);
    // Pairs won: 0.9 beats both, 0.6 and 0.3 beat 0.2 only: 4 of 6.
    expect(labels?.auc.value).toBeCloseTo(4 / 6, 12);
    expect(labels?.precision?.value).toBeCloseTo(2 / 3, 12);
    expect(labels?.negativePredictiveValue?.value).toBeCloseTo(1 / 2, 12);
    // Recall rises by a third at ranks 1, 3 and 4, where the precision is 1, 2/3 and 3/4.
    expect(labels?.averagePrecision?.value).toBeCloseTo((1 + 2 / 3 + 3 / 4) / 3, 12);
    expect(masks).toBeUndefined();
  });

  test('omits a predictive value if no picture was called so', () => {
    const { labels } = measure(scores, 0.95);
    expect(labels?.negativePredictiveValue?.value).toBeCloseTo(2 / 5, 12);
    expect(labels).not.toHaveProperty('precision');
  });

  test('counts labels that are all COVID without measuring them, and gives both kinds of Dice if there are masks', () => {
    const { labels, tooFew, masks } = measure(
      [
        score('covid', 0.9, 'a', { reference: 10, prediction: 10, intersection: 5 }),
        score('covid', 0.8, 'b', { reference: 30, prediction: 10, intersection: 10 }),
      ],
      0.5,
    );
    expect(labels).toBeUndefined();
    expect(tooFew).toEqual({ positives: 2, negatives: 0 });
    // Slices: 2 · 5 / 20 = 0.5 and 2 · 10 / 40 = 0.5; pooled 2 · 15 / 60.
    expect(masks).toMatchObject({ mean: 0.5, standardDeviation: 0, pooled: 0.5, slices: 2 });
  });
});
