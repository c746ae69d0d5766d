import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { resample, resampleNearest, type PictureSize } from '../index.js';

/** Results of PIL's `Image.resize` and PyTorch's `interpolate(antialias=True)`, from golden/make_resample.py. */
const golden = JSON.parse(
  readFileSync(new URL('golden/resample.json', import.meta.url), 'utf8'),
) as {
  cases: {
    from: PictureSize;
    to: PictureSize;
    pixels: number[];
    pil: number[];
    torch: number[];
    torchNearest: number[];
  }[];
  slice: { mean: number; std: number; at: [row: number, column: number, value: number][] };
};

function expectClose(actual: Float32Array, expected: number[], tolerance: number): void {
  expect(actual.length).toBe(expected.length);
  let worst = 0;
  expected.forEach((value, i) => (worst = Math.max(worst, Math.abs(actual[i]! - value))));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

describe.each(golden.cases)('resample from $from to $to', ({ from, to, pixels, ...answers }) => {
  // Values reach 1500, so 1e-3 is float32's own rounding; PyTorch and PIL differ by up to 1.5e-3 from each other.
  test('gives what PIL gives', () => {
    expectClose(resample(Float32Array.from(pixels), from, to), answers.pil, 1e-3);
  });
  test('gives what PyTorch gives', () => {
    expectClose(resample(Float32Array.from(pixels), from, to), answers.torch, 2e-3);
  });
  test('takes the nearest pixel that PyTorch takes', () => {
    expect([...resampleNearest(Float32Array.from(pixels), from, to)]).toEqual(answers.torchNearest);
  });
});

test('resample takes a 512×512 slice to 480×480 as PIL does', () => {
  const size = { columns: 512, rows: 512 };
  const pixels = new Float32Array(512 * 512);
  for (let y = 0; y < 512; y++) {
    for (let x = 0; x < 512; x++) {
      pixels[y * 512 + x] = Math.sin(x / 3) * Math.cos(y / 7) * 500 + ((x * 7 + y * 13) % 101);
    }
  }
  const result = resample(pixels, size, { columns: 480, rows: 480 });
  let sum = 0;
  let squares = 0;
  for (const value of result) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / result.length;
  expect(mean).toBeCloseTo(golden.slice.mean, 3);
  expect(Math.sqrt(squares / result.length - mean * mean)).toBeCloseTo(golden.slice.std, 3);
  for (const [row, column, value] of golden.slice.at) {
    expect(result[row * 480 + column]).toBeCloseTo(value, 2);
  }
});

test('resample halves a row by weights 1 3 3 1 over 8', () => {
  // Scale 2: the triangle reaches 2 source pixels to each side, weights 0.25, 0.75, 0.75, 0.25 over their sum.
  const row = Float32Array.of(8, 0, 0, 0, 16, 0, 0, 0);
  const result = resample(row, { columns: 8, rows: 1 }, { columns: 4, rows: 1 });
  // First pixel: its left tap falls off the edge, so weights 3 3 1 over 7. Second: source 1 to 4. Third: source 3 to 6.
  expect(result[0]).toBeCloseTo((8 * 3) / 7, 5);
  expect(result[1]).toBeCloseTo(16 / 8, 5);
  expect(result[2]).toBeCloseTo((16 * 3) / 8, 5);
  expect(result[3]).toBeCloseTo(0, 5);
});

test('resample keeps a flat picture flat and never leaves the range of its pixels', () => {
  const side = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(
      fc.tuple(side, side, side, side).chain(([columns, rows, toColumns, toRows]) =>
        fc.record({
          from: fc.constant({ columns, rows }),
          to: fc.constant({ columns: toColumns, rows: toRows }),
          pixels: fc.array(fc.integer({ min: -1024, max: 3071 }), {
            minLength: columns * rows,
            maxLength: columns * rows,
          }),
        }),
      ),
      ({ from, to, pixels }) => {
        const result = resample(Float32Array.from(pixels), from, to);
        const [low, high] = [Math.min(...pixels), Math.max(...pixels)];
        for (const value of result) {
          expect(value).toBeGreaterThanOrEqual(low - 1e-3);
          expect(value).toBeLessThanOrEqual(high + 1e-3);
        }
      },
    ),
    { seed: 1, numRuns: 200 },
  );
});

test('resample returns a copy where nothing changes', () => {
  const pixels = Float32Array.of(1, 2, 3, 4);
  const result = resample(pixels, { columns: 2, rows: 2 }, { columns: 2, rows: 2 });
  expect(result).toEqual(pixels);
  expect(result).not.toBe(pixels);
});

test.each([
  [{ columns: 2, rows: 2 }, { columns: 0, rows: 2 }, '0×2'],
  [{ columns: 2, rows: 2 }, { columns: 1.5, rows: 2 }, '1.5×2'],
  [{ columns: 3, rows: 2 }, { columns: 1, rows: 1 }, 'Expected 6 pixels for 3×2, got 4'],
])('resample names the size that it cannot do: %j to %j', (from, to, sentence) => {
  expect(() => resample(new Float32Array(4), from, to)).toThrow(sentence);
  expect(() => resampleNearest(new Float32Array(4), from, to)).toThrow(RangeError);
});
