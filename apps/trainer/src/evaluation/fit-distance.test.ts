import { expect, test } from 'vitest';
import { distanceOf, fitDistance } from './fit-distance.js';

/** Points on a circle of radius r around (10, 20), which has a variance of r²/2 along each axis and no correlation. */
const circle = (r: number): Float64Array[] =>
  Array.from({ length: 100 }, (_, i) => {
    const angle = (2 * Math.PI * i) / 100;
    return Float64Array.of(10 + r * Math.cos(angle), 20 + r * Math.sin(angle));
  });

test('features are scaled by their deviation, shrunk, and averaged', () => {
  const { mean, whitening, bound } = fitDistance([circle(3)], [circle(3)]);
  expect(mean[0]).toBeCloseTo(10, 10);
  // Each axis has a deviation of 3/√2 and, scaled, a variance of 1 + 0.2: the length of (√2 cos, √2 sin) / √1.2, over √2.
  const expected = Math.sqrt(1 / 1.2);
  expect(distanceOf(Float64Array.of(13, 20), mean, whitening)).toBeCloseTo(expected, 10);
  expect(distanceOf(Float64Array.of(10, 26), mean, whitening)).toBeCloseTo(2 * expected, 10);
  expect(bound).toBeCloseTo(1.1 * expected, 10);
});

test('correlated features count once: off their line is far, along it is near', () => {
  const line = Array.from({ length: 101 }, (_, i) => Float64Array.of(i - 50, i - 50));
  const { mean, whitening } = fitDistance([line], [line]);
  const along = distanceOf(Float64Array.of(30, 30), mean, whitening);
  const off = distanceOf(Float64Array.of(30, -30), mean, whitening);
  // The scaled covariance is [[1.2, 1], [1, 1.2]]: 2.2 along the line, 0.2 across it.
  expect(off / along).toBeCloseTo(Math.sqrt(2.2 / 0.2), 8);
});

test('without pictures there is nothing to fit', () => {
  expect(() => fitDistance([], [circle(1)])).toThrow('Expected features');
});

test('sources weigh the same, and the bound accepts nearly all of each', () => {
  // 10 pictures at (10, …) and 990 at 30: the mean is between the sources, not with the many.
  const at = (x: number, count: number) =>
    Array.from({ length: count }, () => Float64Array.of(x, 0));
  const { mean, whitening, bound } = fitDistance(
    [at(10, 10), at(30, 990)],
    [at(20, 1000), at(40, 3), []],
  );
  expect(mean[0]).toBeCloseTo(20, 10);
  // Three of 1,003 validation pictures are further out; they are all that their source has.
  expect(bound).toBeCloseTo(1.1 * distanceOf(Float64Array.of(40, 0), mean, whitening), 10);
});
