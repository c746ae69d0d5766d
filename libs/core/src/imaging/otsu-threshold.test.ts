import { expect, test } from 'vitest';
import { otsuThreshold } from './otsu-threshold.js';

test('otsuThreshold separates two groups in the middle of the gap between them', () => {
  // Bins 51 (0.2) and 204 (0.8): every cut after bins 51 to 203 ties, the middle one is after bin 127.
  expect(otsuThreshold(Float32Array.of(0.2, 0.2, 0.2, 0.8))).toBe(0.5);
});

test('otsuThreshold maximises the variance between the classes', () => {
  // Bins 0, 64, 192 hold 4, 4 and 2. After 0: 4 * 6 * (0 - 640 / 6)² = 273,067; after 64: 8 * 2 * (32 - 192)² = 409,600.
  const values = Float32Array.of(0, 0, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.75, 0.75);
  const threshold = otsuThreshold(values)!;
  expect(threshold).toBeGreaterThan(0.25);
  expect(threshold).toBeLessThan(0.75);
});

test('otsuThreshold counts values outside of 0–1 in the outermost bins', () => {
  const threshold = otsuThreshold(Float32Array.of(-3, 0, 1, 7))!;
  expect(threshold).toBe(0.5);
});

test('otsuThreshold counts NaN as black', () => {
  expect(otsuThreshold(Float32Array.of(NaN, 0, 1, 1))).toBe(0.5);
});

test.each([[[]], [[0.3, 0.3]]])('otsuThreshold finds none in %j', (values) => {
  expect(otsuThreshold(Float32Array.from(values))).toBeUndefined();
});
