import { expect, test } from 'vitest';
import { packSlice, unpackSlice } from './protocol.js';

const slice = { index: 2, columns: 2, rows: 1, unit: 'HU' } as const;

test('whole Hounsfield units travel as 16 bits and come back the same', () => {
  const packed = packSlice({ ...slice, pixels: Float32Array.of(-1024, 3071) });
  expect(packed.pixels).toBeInstanceOf(Int16Array);
  expect(unpackSlice(packed)).toEqual({ ...slice, pixels: Float32Array.of(-1024, 3071) });
});

test('fractions, values past 16 bits, and NaN travel as they are', () => {
  for (const value of [0.5, 40_000, Number.NaN]) {
    const pixels = Float32Array.of(0, value);
    expect(unpackSlice(packSlice({ ...slice, pixels })).pixels).toEqual(pixels);
  }
});
