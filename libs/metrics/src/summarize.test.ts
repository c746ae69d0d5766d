import { expect, test } from 'vitest';
import { summarize } from './index.js';

test('mean, sample standard deviation and median done by hand', () => {
  // Deviations -3, -1, -1, 5: squares add up to 36, over 3.
  expect(summarize([1, 3, 3, 9])).toEqual({
    mean: 4,
    standardDeviation: Math.sqrt(12),
    median: 3,
    count: 4,
    undefinedCount: 0,
    infiniteCount: 0,
  });
});

test('undefined values are left out and counted', () => {
  expect(summarize([0.5, NaN, 0.7])).toMatchObject({ mean: 0.6, count: 2, undefinedCount: 1 });
  expect(summarize([NaN])).toMatchObject({ mean: NaN, median: NaN, count: 0, undefinedCount: 1 });
});

test('an infinite distance is not dropped: it makes the mean infinite unless replaced', () => {
  expect(summarize([2, Infinity, 4])).toMatchObject({
    mean: Infinity,
    median: 4,
    infiniteCount: 1,
  });
  expect(summarize([2, Infinity, 4], { infiniteAs: 30 })).toMatchObject({
    mean: 12,
    median: 4,
    count: 3,
    infiniteCount: 1,
  });
});

test('a single value has no standard deviation', () => {
  expect(summarize([5])).toMatchObject({ mean: 5, standardDeviation: NaN, median: 5 });
});

test('bad arguments are named', () => {
  expect(() => summarize([])).toThrow('Expected values to hold at least 1 value, got 0');
  expect(() => summarize([1], { infiniteAs: Infinity })).toThrow(
    'Expected infiniteAs to be finite',
  );
});
