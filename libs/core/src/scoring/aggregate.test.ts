import { describe, expect, test } from 'vitest';
import { aggregate, describeAggregation } from './aggregate.js';

describe('aggregate', () => {
  const scores = [0.1, 0.9, 0.2, 0.8, 0.3];

  test('max and mean do what they say', () => {
    expect(aggregate('max', scores)).toBe(0.9);
    expect(aggregate('mean', scores)).toBeCloseTo(2.3 / 5, 12);
  });

  test('top-mean takes its fraction of the highest, the last of them partially', () => {
    // 0.8 of five is four: (0.9 + 0.8 + 0.3 + 0.2) / 4
    expect(aggregate('top-mean:0.8', scores)).toBeCloseTo(0.55, 12);
    // 0.5 of five is two and a half: (0.9 + 0.8 + 0.5 * 0.3) / 2.5
    expect(aggregate('top-mean:0.5', scores)).toBeCloseTo(0.74, 12);
    expect(aggregate('top-mean:0.1', [0.25])).toBeCloseTo(0.25, 12);
  });

  test.each(['mean', 'top-mean:0.5', 'top-mean:0.1', 'max'])(
    'by %s a scan of twice and of five times as many slices has the same score',
    (rule) => {
      const whole = aggregate(rule, scores);
      expect(aggregate(rule, [...scores, ...scores])).toBeCloseTo(whole, 12);
      expect(aggregate(rule, Array.from({ length: 5 }, () => scores).flat())).toBeCloseTo(
        whole,
        12,
      );
    },
  );

  test.each(['median', 'top-mean', 'top-mean:0', 'top-mean:2', ''])('%j is no rule', (rule) => {
    expect(() => aggregate(rule, scores)).toThrow(/Expected aggregation/);
  });

  test('a rule has a description', () => {
    expect(describeAggregation('top-mean:0.5')).toBe(
      'the mean of the highest 50 % of the slices with enough lung',
    );
  });
});
