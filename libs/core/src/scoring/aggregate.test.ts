import { describe, expect, test } from 'vitest';
import { aggregate } from './aggregate.js';

describe('aggregate', () => {
  const scores = [0.1, 0.9, 0.2, 0.8, 0.3];

  test('max and mean are what they say', () => {
    expect(aggregate('max', scores)).toBe(0.9);
    expect(aggregate('mean', scores)).toBeCloseTo(2.3 / 5, 12);
  });

  test('top-mean takes its fraction of the highest, and three at least', () => {
    // 0.8 of five is four: (0.9 + 0.8 + 0.3 + 0.2) / 4
    expect(aggregate('top-mean:0.8', scores)).toBeCloseTo(0.55, 12);
    // 0.1 of five rounds to one; three count: (0.9 + 0.8 + 0.3) / 3
    expect(aggregate('top-mean:0.1', scores)).toBeCloseTo(2 / 3, 12);
    expect(aggregate('top-mean:0.1', [0.25])).toBe(0.25);
  });

  test.each(['median', 'top-mean', 'top-mean:0', 'top-mean:2', ''])('%j is no rule', (rule) => {
    expect(() => aggregate(rule, scores)).toThrow(/Expected aggregation/);
  });
});
