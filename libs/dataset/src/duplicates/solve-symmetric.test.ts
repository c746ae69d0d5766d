import { expect, test } from 'vitest';
import { solveSymmetric } from './solve-symmetric.js';

test('solveSymmetric solves a product computed by hand', () => {
  // [[4, 2], [2, 3]] * [1, -2] = [0, -4]
  const x = solveSymmetric(Float64Array.of(4, NaN, 2, 3), Float64Array.of(0, -4));
  expect([...x!]).toEqual([expect.closeTo(1, 12), expect.closeTo(-2, 12)]);
});

test('solveSymmetric returns undefined if rows repeat each other', () => {
  expect(solveSymmetric(Float64Array.of(1, 1, 1, 1), Float64Array.of(1, 1))).toBeUndefined();
});
