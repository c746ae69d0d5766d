import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { wilsonInterval } from './index.js';

test.each(golden('counts').wilson)(
  'equals SciPy for $successes of $trials at $level',
  ({ successes, trials, level, lower, upper }) => {
    const interval = wilsonInterval(successes, trials, level);
    expect(interval.lower).toBeCloseTo(lower, 12);
    expect(interval.upper).toBeCloseTo(upper, 12);
  },
);

test('none of ten still leaves up to 28 %, ten of ten down to 72 %', () => {
  // z² / (n + z²) with z = 1.959964
  expect(wilsonInterval(0, 10).lower).toBe(0);
  expect(wilsonInterval(0, 10).upper).toBeCloseTo(3.8414588 / 13.8414588, 7);
  expect(wilsonInterval(10, 10).upper).toBe(1);
  expect(wilsonInterval(10, 10).lower).toBeCloseTo(10 / 13.8414588, 7);
});

test('the interval is within [0, 1], includes the proportion, and mirrors with failures', () => {
  const counts = fc
    .tuple(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }))
    .map(([trials, share]) => ({ trials, successes: Math.round(share * trials) }));
  const level = fc.double({ min: 0.001, max: 0.9999, noNaN: true });
  fc.assert(
    fc.property(counts, level, ({ successes, trials }, confidence) => {
      const { lower, upper } = wilsonInterval(successes, trials, confidence);
      expect(lower).toBeGreaterThanOrEqual(0);
      expect(upper).toBeLessThanOrEqual(1);
      expect(lower).toBeLessThanOrEqual(successes / trials);
      expect(upper).toBeGreaterThanOrEqual(successes / trials);
      expect(wilsonInterval(trials - successes, trials, confidence).upper).toBeCloseTo(
        1 - lower,
        12,
      );
    }),
  );
});

test('counts and levels out of range are named', () => {
  expect(() => wilsonInterval(0, 0)).toThrow(
    new RangeError('Expected trials to be an integer of at least 1, got 0'),
  );
  expect(() => wilsonInterval(5, 4)).toThrow('Expected successes of at most trials (4), got 5');
  expect(() => wilsonInterval(1.5, 4)).toThrow('Expected successes to be an integer');
  expect(() => wilsonInterval(1, 4, 1)).toThrow('Expected level between 0 and 1');
});
