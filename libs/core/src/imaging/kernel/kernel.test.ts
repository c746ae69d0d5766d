import { afterEach, expect, test, vi } from 'vitest';
import { toGrey } from '../../formats/picture/picture-volume.js';
import { resample } from '../resample.js';
import { windowSlice } from '../window-slice.js';
import { kernelBytes } from './kernel-bytes.js';
import { assembleKernel } from './make-kernel.mjs';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

test('the kernel is what its text assembles to', async () => {
  expect(await assembleKernel()).toBe(kernelBytes);
});

test.each([
  [
    { columns: 13, rows: 7 },
    { columns: 30, rows: 18 },
  ],
  [
    { columns: 30, rows: 18 },
    { columns: 13, rows: 7 },
  ],
  [
    { columns: 1, rows: 9 },
    { columns: 5, rows: 2 },
  ],
])('%o to %o is the same without WebAssembly', async (from, to) => {
  const pixels = Float32Array.from({ length: from.columns * from.rows }, (_, i) => (i * 37) % 101);
  const fast = resample(pixels, from, to);
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const { resample: plain } = await import('../resample.js');
  const slow = plain(pixels, from, to);
  const worst = Math.max(...fast.map((value, i) => Math.abs(value - slow[i]!)));
  // Values reach 100: three roundings of float32.
  expect(worst).toBeLessThan(3e-5);
});

test('a picture is not affected by data left over from a larger one', () => {
  const large = { columns: 700, rows: 500 };
  resample(new Float32Array(350_000).fill(NaN), large, { columns: 33, rows: 21 });
  const ones = resample(
    new Float32Array(35).fill(1),
    { columns: 7, rows: 5 },
    { columns: 9, rows: 11 },
  );
  for (const value of ones) expect(value).toBeCloseTo(1, 6);
});

test('a window is the same without WebAssembly, to the last bit', async () => {
  const values = [-1350, -1349.9, 150, 149.99, -600, 0.1, NaN, Infinity, -Infinity, 3e38, -0];
  // More than goes through the kernel at once, and not a multiple of four.
  const pixels = Float32Array.from(
    { length: 40_003 },
    (_, i) => values[i] ?? ((i * 7919) % 3000) - 1500 + i / 40_003,
  );
  const slice = { index: 0, columns: 40_003, rows: 1, unit: 'HU', pixels } as const;
  const lung = { center: -600, width: 1500, name: 'Lung' };
  const fast = windowSlice(slice, lung);
  vi.stubGlobal('WebAssembly', undefined);
  vi.resetModules();
  const { windowSlice: plain } = await import('../window-slice.js');
  expect(fast).toEqual(plain(slice, lung));
});

test.each([3, 4] as const)(
  'colours of %i channels become the same grey without WebAssembly',
  async (channels) => {
    const [columns, rows] = [149, 131];
    const data = Uint8Array.from(
      { length: columns * rows * channels },
      (_, i) => (i * i * 31) >> 3,
    );
    const picture = { columns, rows, channels, data };
    const fast = toGrey(picture);
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const { toGrey: plain } = await import('../../formats/picture/picture-volume.js');
    expect(fast).toEqual(plain(picture));
  },
);
