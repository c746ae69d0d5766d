import { expect, test } from 'vitest';
import { couldBe, doubtOf, kindOf } from './pair-kind.js';
import type { Registration } from './register.js';

const upright = { xx: 1, xy: 0, yx: 0, yy: 1, shiftX: 0, shiftY: 0, scaleX: 1, scaleY: 1 };
const registered = (inliers: number, distance: number, variant = 0): Registration => ({
  ...upright,
  variant,
  angle: 0,
  inliers,
  matches: inliers,
  distance,
});

test('doubt is the detail not shared, times the thousandths that points are off, over their number', () => {
  const doubt = doubtOf({ detail: 0.9, grey: 1, overlap: 1 }, registered(20, 0.004));
  expect(doubt).toBeCloseTo((0.1 * 4) / 20, 10);
  const half = { ...registered(20, 0.004), matches: 40 };
  expect(doubtOf({ detail: 0.9, grey: 1, overlap: 1 }, half)).toBeCloseTo(4 * doubt, 10);
});

test('chests of two patients share outlines, but few points at the same positions: no copy', () => {
  // The figures of two drawn chests, p0019-2 and p0106-2 of seed 1, and of a copy as JPEG.
  const alike = { detail: 0.975, grey: 0.99, overlap: 0.98 };
  expect(kindOf(alike, registered(10, 0.007, 2))).toBeUndefined();
  expect(kindOf({ ...alike, detail: 0.99 }, registered(40, 0.001, 2))).toBe('copy');
});

test('a small part of a picture is no copy however well it agrees', () => {
  expect(kindOf({ detail: 0.99, grey: 1, overlap: 0.2 }, registered(40, 0.001, 2))).toBeUndefined();
});

test('only upright pictures of one scale may be neighbouring slices', () => {
  expect(couldBe('neighbour', registered(12, 0.01))).toBe(true);
  expect(couldBe('neighbour', registered(12, 0.01, 2))).toBe(false);
  expect(couldBe('neighbour', { ...registered(12, 0.01), scaleX: 1.3 })).toBe(false);
  expect(couldBe('neighbour', { ...registered(12, 0.01), angle: 10 })).toBe(false);
});
