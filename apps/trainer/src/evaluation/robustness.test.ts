import type { CtSlice } from '@groundglass/core';
import { expect, test } from 'vitest';
import { changes } from './robustness.js';

const slice: CtSlice = {
  index: 0,
  columns: 40,
  rows: 20,
  unit: 'grey',
  pixels: Float32Array.from({ length: 800 }, (_, i) => 0.25 + (i % 40) / 100),
};

test('changes of size give pictures of that size with the picture in place', () => {
  expect(changes['half the size']!(slice)).toMatchObject({ columns: 20, rows: 10 });
  const framed = changes['white border of 10 %']!(slice);
  expect(framed).toMatchObject({ columns: 48, rows: 24 });
  expect([framed.pixels[0], framed.pixels[2 * 48 + 4]]).toEqual([1, slice.pixels[0]]);
  expect(changes['black border of 30 %']!(slice).pixels[0]).toBe(0);
  const cut = changes['5 % cut off each side']!(slice);
  expect(cut).toMatchObject({ columns: 36, rows: 18 });
  expect(cut.pixels[0]).toBe(slice.pixels[40 + 2]);
});

test('changes of grey keep the size and stay in 0–1', () => {
  expect(changes['20 % brighter']!(slice).pixels[0]).toBeCloseTo(0.3, 6);
  expect(changes['20 % darker']!(slice).pixels[0]).toBeCloseTo(0.2, 6);
  const bright = changes['20 % brighter']!({ ...slice, pixels: slice.pixels.map(() => 0.9) });
  expect(bright.pixels[0]).toBe(1);
  const jpeg = changes['JPEG of quality 75']!(slice);
  expect(jpeg.pixels).toHaveLength(800);
  expect(jpeg.pixels).not.toEqual(slice.pixels);
});

test('no change modifies its input picture', () => {
  const before = slice.pixels.slice();
  for (const change of Object.values(changes)) change(slice);
  expect(slice.pixels).toEqual(before);
});
