import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import { dice, iou, maskOverlap, poolOverlaps, summarize } from './index.js';

test('Dice and IoU done by hand', () => {
  const overlap = maskOverlap([1, 1, 1, 0, 0], [0, 1, 1, 1, 0]);
  expect(overlap).toEqual({ reference: 3, prediction: 3, intersection: 2 });
  expect(dice(overlap)).toBe(4 / 6);
  expect(iou(overlap)).toBe(2 / 4);
});

test.each(golden('masks'))('equal scikit-learn on masks of shape $shape', (expected) => {
  const overlap = maskOverlap(expected.reference, expected.prediction);
  expect(dice(overlap)).toBeCloseTo(expected.dice, 14);
  expect(iou(overlap)).toBeCloseTo(expected.iou, 14);
});

test('two empty masks agree, one empty mask misses all', () => {
  const bothEmpty = maskOverlap([0, 0], [0, 0]);
  expect([dice(bothEmpty), iou(bothEmpty)]).toEqual([1, 1]);
  const missed = maskOverlap([1, 0], [0, 0]);
  expect([dice(missed), iou(missed)]).toEqual([0, 0]);
  const invented = maskOverlap([0, 0], [1, 0]);
  expect([dice(invented), iou(invented)]).toEqual([0, 0]);
});

test('the mean over slices and the pooled Dice of a volume are different numbers', () => {
  // Slice 1: 2 of 2 pixels found, Dice 1. Slice 2: both empty, 1. Slice 3: 1 of 4 found, 2/5.
  const reference = [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1];
  const prediction = [1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0];
  const slices = [0, 4, 8].map((start) =>
    maskOverlap(reference.slice(start, start + 4), prediction.slice(start, start + 4)),
  );
  expect(slices.map(dice)).toEqual([1, 1, 0.4]);
  expect(summarize(slices.map(dice)).mean).toBeCloseTo(0.8, 14);
  expect(poolOverlaps(slices)).toEqual(maskOverlap(reference, prediction));
  expect(dice(poolOverlaps(slices))).toBe(6 / 9);
});

test('Dice is symmetric, in [0, 1], and 2 IoU / (1 + IoU)', () => {
  const bit = fc.integer({ min: 0, max: 1 });
  fc.assert(
    fc.property(fc.array(fc.tuple(bit, bit), { minLength: 1 }), (pixels) => {
      const first = pixels.map(([pixel]) => pixel);
      const second = pixels.map(([, pixel]) => pixel);
      const there = maskOverlap(first, second);
      expect(dice(there)).toBe(dice(maskOverlap(second, first)));
      expect(dice(there)).toBeGreaterThanOrEqual(0);
      expect(dice(there)).toBeLessThanOrEqual(1);
      expect(dice(there)).toBeCloseTo((2 * iou(there)) / (1 + iou(there)), 14);
      expect(dice(maskOverlap(first, first))).toBe(1);
    }),
  );
});

test('grey masks, probabilities and masks of two sizes are refused', () => {
  expect(() => maskOverlap([0, 255], [0, 1])).toThrow(
    new RangeError('Expected reference to be 0 or 1, got 255 at index 1'),
  );
  expect(() => maskOverlap([0, 1], [0, 0.3])).toThrow('Expected prediction to be 0 or 1, got 0.3');
  expect(() => maskOverlap([], [])).toThrow('Expected reference to hold at least 1 value');
  expect(() => maskOverlap([0, 1], [0, 1, 1])).toThrow(
    'Expected prediction to be as long as reference (2), got length 3',
  );
});
