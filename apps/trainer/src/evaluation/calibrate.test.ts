import { describe, expect, test } from 'vitest';
import { calibrate } from './calibrate.js';
import type { SampleScore } from './evaluate.js';

function score(label: 'covid' | 'non-covid', margin: number): SampleScore {
  return {
    sample: {
      path: 'x',
      label,
      target: label === 'covid' ? 1 : 0,
      split: 'val',
      patient: 'p',
      source: 's',
    },
    probability: 1 / (1 + Math.exp(-margin)),
    logits: [0, margin],
    lesionEvidence: 0,
    dice: undefined,
    overlap: undefined,
  };
}

describe('calibration', () => {
  test('finds the temperature at which probabilities match the observed shares', () => {
    // Margins of ±2 that are right three times of four: p = 0.75 needs a margin of ln 3, so T = 2 / ln 3.
    const scores = [2, 2, 2, -2].flatMap((margin) => [
      score('covid', margin),
      score('non-covid', -margin),
    ]);
    const { temperature, threshold, samples, sensitivity, specificity } = calibrate(scores);
    expect(temperature).toBeCloseTo(2 / Math.log(3), 6);
    // Half-way between the only two probabilities, 0.25 and 0.75.
    expect(threshold).toBeCloseTo(0.5, 6);
    expect({ samples, sensitivity, specificity }).toEqual({
      samples: 8,
      sensitivity: 0.75,
      specificity: 0.75,
    });
  });

  test('keeps the temperature if the classes are separated without error', () => {
    const { temperature, auc } = calibrate([score('covid', 1), score('non-covid', -1)]);
    expect(temperature).toBe(1);
    expect(auc).toBe(1);
  });

  test('needs both classes', () => {
    expect(() => calibrate([score('covid', 1)])).toThrow(/both classes/);
  });
});
