import { expect, test } from 'vitest';
import { startingAt } from './starting-at.js';

test('slices come from the first one to the end, then from the beginning', () => {
  expect(startingAt([0, 1, 2, 3], 2)).toEqual([2, 3, 0, 1]);
  expect(startingAt([0, 1, 2, 3], 0)).toEqual([0, 1, 2, 3]);
});

test('a first slice that is not among them leaves none out', () => {
  expect(startingAt([4, 5, 6], 1)).toEqual([4, 5, 6]);
  expect(startingAt([4, 5, 6], 9)).toEqual([4, 5, 6]);
});
