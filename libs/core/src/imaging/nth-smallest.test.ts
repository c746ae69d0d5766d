import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nthSmallest } from './nth-smallest.js';

test('the n-th smallest is what sorting puts there, whatever the values', () => {
  fc.assert(
    fc.property(
      fc.float32Array({ minLength: 1, maxLength: 60 }),
      fc.boolean(),
      fc.nat(),
      (any, isCoarse, at) => {
        // Coarse values repeat, as grey does.
        const values = isCoarse ? any.map((value) => Math.sign(value)) : any;
        const n = at % values.length;
        // -0 and 0 are equal, and their order is unspecified.
        expect(nthSmallest(values, n) + 0).toBe(values.toSorted()[n]! + 0);
      },
    ),
  );
});

test('the input is not reordered', () => {
  const values = Float32Array.of(3, 1, 2);
  expect(nthSmallest(values, 0)).toBe(1);
  expect([...values]).toEqual([3, 1, 2]);
});
