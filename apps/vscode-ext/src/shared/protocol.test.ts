import { expect, test } from 'vitest';
import { packSlice, unpackSlice } from './protocol.js';

const slice = { index: 2, columns: 2, rows: 1, unit: 'HU' } as const;

test('whole Hounsfield units are sent as 16 bits and come back unchanged', () => {
  const packed = packSlice({ ...slice, pixels: Float32Array.of(-1024, 3071) });
  expect(packed.pixels).toBeInstanceOf(Int16Array);
  expect(unpackSlice(packed)).toEqual({ ...slice, pixels: Float32Array.of(-1024, 3071) });
});

test.each([
  { bits: 8, most: 255, array: Uint8Array },
  { bits: 16, most: 65_535, array: Uint16Array },
])('the grey of a picture of $bits bits travels as its bits', ({ most, array }) => {
  // 1/255 is 257/65535 as well, but 2/65535 has no 8-bit form.
  const grey = Float32Array.of(0, 1 / most, 2 / most, 1);
  const packed = packSlice({ ...slice, unit: 'grey', pixels: grey });
  expect(packed.pixels).toEqual(array.of(0, 1, 2, most));
  expect(unpackSlice(packed).pixels).toEqual(grey);
});

test('grey that is not on the grid of any bit depth is sent unchanged', () => {
  const pixels = Float32Array.of(0.123456, 1.5);
  expect(unpackSlice(packSlice({ ...slice, unit: 'grey', pixels })).pixels).toEqual(pixels);
});

test('fractions, values beyond 16 bits, and NaN are sent unchanged', () => {
  for (const value of [0.5, 40_000, Number.NaN]) {
    const pixels = Float32Array.of(0, value);
    expect(unpackSlice(packSlice({ ...slice, pixels })).pixels).toEqual(pixels);
  }
});
