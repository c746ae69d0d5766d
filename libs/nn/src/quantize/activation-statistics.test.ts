import { expect, test } from 'vitest';
import { ActivationStatistics } from './activation-statistics.js';

test('the range covers nine of ten pictures at either end, and 0', () => {
  const statistics = new ActivationStatistics();
  for (let n = 1; n <= 10; n++)
    statistics.add(Float32Array.of(n, 0.5, n === 10 ? -100 : -1, 2), [1, 1, 2, 2]);
  expect(statistics.range).toEqual({ low: -1, high: 9 });
  const positive = new ActivationStatistics();
  positive.add(Float32Array.of(3, 4), [1, 1, 1, 2]);
  expect(positive.range).toEqual({ low: 0, high: 4 });
});

test('means are per channel, over the rows of a batch and over pictures', () => {
  const statistics = new ActivationStatistics();
  // Two rows of two channels of two pixels.
  statistics.add(Float32Array.of(1, 3, 10, 10, 3, 5, 20, 20), [2, 2, 1, 2]);
  statistics.add(Float32Array.of(5, 5, 0, 0, 5, 5, 0, 0), [2, 2, 1, 2]);
  expect([...statistics.means]).toEqual([4, 7.5]);
  expect(statistics.dims).toEqual([2, 2, 1, 2]);
});
