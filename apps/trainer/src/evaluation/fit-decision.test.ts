import { describe, expect, test } from 'vitest';
import type { SampleScore } from './evaluate.js';
import { decide, fitDecision } from './fit-decision.js';

function score(source: string, covid: boolean, head: number, lesionEvidence: number): SampleScore {
  return {
    sample: {
      path: 'a',
      label: covid ? 'covid' : 'non-covid',
      split: 'val',
      patient: 'p',
      source,
      target: covid ? 1 : 0,
    },
    probability: 0.5,
    logits: [0, head],
    lesionEvidence,
    dice: undefined,
    overlap: undefined,
  };
}

/** Evenly spread numbers around a middle. */
const around = (middle: number, count = 20) =>
  Array.from({ length: count }, (_, i) => middle + (i - (count - 1) / 2) / 5);

describe('fitDecision', () => {
  test('weighs what separates the classes in every source, and not what separates the sources', () => {
    // The head knows only the source; the lesions differ by class.
    const scores = [
      ...around(0).map((noise, i) =>
        score('a', i % 2 === 0, 5 + noise, i % 2 === 0 ? -2 + noise : -4 + noise),
      ),
      ...around(0).map((noise, i) =>
        score('b', i % 2 === 0, -5 + noise, i % 2 === 0 ? -2 + noise : -4 + noise),
      ),
    ];
    const { head, lesion } = fitDecision(scores);
    expect(lesion).toBeGreaterThan(0.3);
    expect(Math.abs(head)).toBeLessThan(0.1 * lesion);
  });

  test('leaves out a score whose weight would be negative', () => {
    const scores = around(0).flatMap((noise) => [
      score('a', true, -1 + noise, -2 + noise),
      score('a', false, 1 + noise, -4 + noise),
    ]);
    expect(fitDecision(scores)).toMatchObject({ head: 0 });
    const turned = scores.map((s) => ({
      ...s,
      logits: [0, s.lesionEvidence!] as const,
      lesionEvidence: s.logits[1],
    }));
    expect(fitDecision(turned)).toMatchObject({ lesion: 0 });
  });

  test('needs both classes', () => {
    expect(() => fitDecision([score('a', true, 0, 0)])).toThrow('both classes');
  });
});

test('a decision gives the logit and the probability from both scores', () => {
  const [decided] = decide([score('a', true, 2, -3)], { head: 0.5, lesion: 1, bias: 4 });
  // 0.5 · 2 − 3 + 4 = 2.
  expect(decided!.logits).toEqual([-1, 1]);
  expect(decided!.probability).toBeCloseTo(1 / (1 + Math.exp(-2)), 9);
});
