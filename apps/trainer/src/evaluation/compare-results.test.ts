import type { ResultRow } from '@groundglass/core';
import type { TargetSample } from '@groundglass/dataset';
import { describe, expect, test } from 'vitest';
import { compareResults } from './compare-results.js';

const targets = [1, 1, 1, 0, 0, 0] as const;
const samples: TargetSample[] = targets.map((target, i) => ({
  path: `${i}.png`,
  label: target === 1 ? 'covid' : 'non-covid',
  target,
  split: 'test',
  patient: `p${Math.floor(i / 2)}`,
  source: 's',
}));

function rows(probabilities: readonly (number | null)[], threshold = 0.5): ResultRow[] {
  return probabilities.map((probability, i) => ({
    path: `${i}.png`,
    sha256: null,
    label: probability === null ? null : probability >= threshold ? 'covid' : 'non-covid',
    withheld: [],
    probability,
    lesionFraction: null,
  }));
}

const first = rows([0.9, 0.8, 0.7, 0.3, 0.2, 0.1]);
const second = rows([0.9, 0.2, 0.6, 0.7, 0.3, 0.1]);

describe('two models on the same samples', () => {
  test('differ in the decisions that only one has right, and in AUC', () => {
    const result = compareResults(samples, first, second, 'covid');
    expect(result).toMatchObject({ samples: 6, positives: 3, patients: 3, unpaired: 0 });
    expect(result.accuracy).toEqual([1, 4 / 6]);
    // Samples 1 and 3: only the second is wrong. Two-sided exact binomial of 2 in 2: 2 · 0.5² = 0.5.
    expect(result.mcnemar).toMatchObject({ onlyFirstCorrect: 2, onlySecondCorrect: 0 });
    expect(result.mcnemar.exactPValue).toBeCloseTo(0.5, 10);
    // Of nine pairs the second orders 0.2 below 0.7 and 0.3, and 0.6 below 0.7: 6 / 9.
    expect(result.delong).toMatchObject({ firstAuc: 1 });
    expect(result.delong!.secondAuc).toBeCloseTo(6 / 9, 10);
  });

  test('are paired by path, whatever the order of their rows', () => {
    const turned = compareResults(samples, [...first].reverse(), second, 'covid');
    expect(turned).toEqual(compareResults(samples, first, second, 'covid'));
  });

  test('are compared on samples for which both have a probability; the rest is counted', () => {
    const part = rows([0.9, 0.8, null, 0.3, 0.2]);
    const result = compareResults(samples, first, part, 'covid');
    expect(result).toMatchObject({ samples: 4, unpaired: 2 });
  });

  test('a withheld label is not a right answer', () => {
    const withholding = first.map((row, i) =>
      i === 0 ? { ...row, label: null, withheld: ['NO_LUNG'] } : row,
    );
    const result = compareResults(samples, withholding, first, 'covid');
    expect(result.accuracy).toEqual([5 / 6, 1]);
    expect(result.withheld).toEqual([1, 0]);
  });

  test('for patients the mean probability counts', () => {
    // p0: samples 0, 1; p1: 2, 3, positive by sample 2; p2: 4, 5. First: means 0.85, 0.5, 0.15; second: 0.55, 0.65, 0.2.
    expect(compareResults(samples, first, second, 'covid').perPatient).toBeNull();
    const more = [
      ...samples,
      ...samples.slice(4).map((s, i) => ({ ...s, path: `${6 + i}.png`, patient: 'p3' })),
    ];
    // p3 is a second negative patient. Worse: p0 at 0.1 is below p2 at 0.25 and tied with p3's 0.1: (0 + ½ + 1 + 1) / 4.
    const good = rows([0.9, 0.8, 0.7, 0.3, 0.2, 0.1, 0.1, 0.1]);
    const worse = rows([0.1, 0.1, 0.6, 0.7, 0.3, 0.2, 0.1, 0.1]);
    const { perPatient } = compareResults(more, good, worse, 'covid');
    expect(perPatient).toMatchObject({ firstAuc: 1, secondAuc: 0.625 });
    expect(perPatient!.difference).toBeCloseTo(0.375, 10);
  });

  test('files that changed between the two are counted', () => {
    const hashed = first.map((row, i) => ({ ...row, sha256: 'ab'.repeat(32), i }));
    const changed = hashed.map((row, i) => (i === 2 ? { ...row, sha256: 'cd'.repeat(32) } : row));
    expect(compareResults(samples, hashed, changed, 'covid').otherFiles).toBe(1);
  });

  test('without common samples are refused', () => {
    const others = first.map((row) => ({ ...row, path: `other/${row.path}` }));
    expect(() => compareResults(samples, others, others, 'covid')).toThrow('there are none');
  });
});
