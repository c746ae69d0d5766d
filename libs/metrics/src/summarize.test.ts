import { expect, test } from 'vitest';
import { summarize } from './index.js';

test('mean and sample standard deviation done by hand', () => {
  // Deviations -3, -1, -1, 5: squares add up to 36, over 3.
  expect(summarize([1, 3, 3, 9])).toEqual({ mean: 4, standardDeviation: Math.sqrt(12) });
});

test('an undefined value is not silently left out', () => {
  expect(summarize([0.5, NaN, 0.7])).toEqual({ mean: NaN, standardDeviation: NaN });
});

test('a single value has no standard deviation', () => {
  expect(summarize([5])).toEqual({ mean: 5, standardDeviation: NaN });
});

test('no values are refused', () => {
  expect(() => summarize([])).toThrow('Expected values to hold at least 1 value, got 0');
});
