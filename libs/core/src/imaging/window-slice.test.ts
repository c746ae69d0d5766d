import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyWindow,
  modelWindow,
  windowPresets,
  windowSlice,
  windowSliceToBytes,
  type CtSlice,
} from '../index.js';

function sliceOf(...pixels: number[]): CtSlice {
  return {
    index: 0,
    columns: pixels.length,
    rows: 1,
    unit: 'HU',
    pixels: Float32Array.from(pixels),
  };
}

describe('windowSlice', () => {
  test('maps the model window [-1250, 250] HU to 0–1 and clamps outside', () => {
    // (-500 + 1250) / 1500 = 0.5; (-875 + 1250) / 1500 = 0.25
    const windowed = windowSlice(sliceOf(-2000, -1250, -875, -500, 250, 3071), modelWindow);
    expect([...windowed]).toEqual([0, 0, 0.25, 0.5, 1, 1]);
  });

  test('takes NaN for black, so that it never reaches the model', () => {
    expect([...windowSlice(sliceOf(NaN, 250), modelWindow)]).toEqual([0, 1]);
  });

  test('agrees with applyWindow on every preset', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -3000, max: 4000 }),
        fc.constantFrom(...Object.values(windowPresets)),
        (hu, window) => {
          expect(windowSlice(sliceOf(hu), window)[0]).toBeCloseTo(applyWindow(hu, window), 6);
        },
      ),
      { seed: 3 },
    );
  });
});

describe('windowSliceToBytes', () => {
  test('gives 0 to 255 for the screen', () => {
    // Mediastinum: 40 ± 200. (-60 + 160) / 400 = 0.25 → 63.75 → 64.
    const bytes = windowSliceToBytes(
      sliceOf(-1000, -160, -60, 240, 1000, NaN),
      windowPresets.mediastinum,
    );
    expect([...bytes]).toEqual([0, 0, 64, 255, 255, 0]);
  });
});

test.each([0, -1, NaN])('a window of width %d is refused', (width) => {
  const window = { center: 0, width };
  expect(() => windowSlice(sliceOf(1), window)).toThrow(`Expected width > 0, got ${width}`);
  expect(() => windowSliceToBytes(sliceOf(1), window)).toThrow(RangeError);
  expect(() => applyWindow(1, window)).toThrow(RangeError);
});
