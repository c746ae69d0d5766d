import { expect, test } from 'vitest';
import { overlapOf } from './overlap.js';

test('Dice counts the shared pixels twice over all pixels of both masks', () => {
  // found: 0, 1, 2; real: 1, 2, 3 -> TP 2, FP 1, FN 1, Dice 4 / 6
  const mask = Uint8Array.of(255, 200, 128, 0, 0);
  const truth = Uint8Array.of(0, 1, 1, 1, 0);
  expect(overlapOf(mask, truth, 0.5)).toEqual({
    truePositive: 2,
    falsePositive: 1,
    falseNegative: 1,
    dice: 4 / 6,
  });
});

test('two empty masks have no Dice', () => {
  expect(overlapOf(new Uint8Array(4), new Uint8Array(4), 0.5).dice).toBeNull();
});

test('masks of different sizes are refused', () => {
  expect(() => overlapOf(new Uint8Array(4), new Uint8Array(5), 0.5)).toThrow(RangeError);
});
