import { expect, test } from 'vitest';
import { fromHalf, toHalf } from './half.js';

test('every half survives a round trip through its number', () => {
  const numbers = Array.from({ length: 2 ** 16 }, (_, bits) => bits).filter(
    (bits) => !Number.isNaN(fromHalf(bits)),
  );
  // All but the NaNs: two signs, 1023 fractions each.
  expect(numbers).toHaveLength(2 ** 16 - 2 * 1023);
  expect(numbers.filter((bits) => toHalf(fromHalf(bits)) !== bits)).toEqual([]);
});

test('numbers between two halves round to the nearer one, half-way ones to the even one', () => {
  // From 1 on halves are 2^-10 apart; below 2^-14 they are 2^-24 apart.
  const step = 2 ** -10;
  expect(fromHalf(toHalf(1 + 0.49 * step))).toBe(1);
  expect(fromHalf(toHalf(1 + 0.51 * step))).toBe(1 + step);
  expect(fromHalf(toHalf(1 + 0.5 * step))).toBe(1);
  expect(fromHalf(toHalf(-1 - 1.5 * step))).toBe(-1 - 2 * step);
  expect(toHalf(0.5 * 2 ** -24)).toBe(0);
  expect(toHalf(1.5 * 2 ** -24)).toBe(2);
  // The last half before 2 rounds up to 2, the last of all to infinity.
  expect(fromHalf(toHalf(2 - 2 ** -12))).toBe(2);
  expect(fromHalf(toHalf(65519))).toBe(65504);
  expect(fromHalf(toHalf(65520))).toBe(Infinity);
  expect(fromHalf(toHalf(NaN))).toBeNaN();
});
