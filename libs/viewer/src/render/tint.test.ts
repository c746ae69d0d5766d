import { overlayColours } from '@groundglass/core/browser';
import { expect, test } from 'vitest';
import { luminance, tint } from './tint.js';

const orange = overlayColours.lesion;

test('a share of 0 leaves the grey as it is', () => {
  expect(tint(120, orange, 0)).toEqual([120, 120, 120]);
});

test('the tint changes the luminance only by the lift', () => {
  // luminance of (230, 159, 0) is 0.299 * 230 + 0.587 * 159 = 162.103; grey 100 goes 0.3 * 0.5 of the way: 109.315
  expect(luminance(tint(100, orange, 0.5))).toBeCloseTo(109.315, 2);
});

test('a full tint keeps seven tenths of the contrast of the picture under it', () => {
  for (const [dark, bright] of [
    [20, 60],
    [100, 140],
    [180, 220],
  ] as const) {
    const contrast = luminance(tint(bright, orange, 1)) - luminance(tint(dark, orange, 1));
    expect(contrast).toBeCloseTo(0.7 * (bright - dark), 6);
  }
});

test('every channel stays in 0 to 255', () => {
  for (const colour of Object.values(overlayColours)) {
    for (let grey = 0; grey <= 255; grey += 5) {
      for (const channel of tint(grey, colour, 1)) {
        expect(channel).toBeGreaterThanOrEqual(-1e-9);
        expect(channel).toBeLessThanOrEqual(255 + 1e-9);
      }
    }
  }
});
