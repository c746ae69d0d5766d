import { expect, test } from 'vitest';
import { overlayColours, overlayComparison, overlayMask } from '../index.js';

const grey = (columns: number, rows: number, value: number) => ({
  columns,
  rows,
  pixels: new Uint8Array(columns * rows).fill(value),
});
const pixel = (rgba: Uint8ClampedArray, at: number) => [...rgba.subarray(at * 4, at * 4 + 4)];

test('overlayMask leaves pixels below the threshold grey and opaque', () => {
  const rgba = overlayMask(grey(2, 1, 100), Float32Array.of(0.49, 0.5));
  expect(pixel(rgba, 0)).toEqual([100, 100, 100, 255]);
  expect(pixel(rgba, 1)).not.toEqual([100, 100, 100, 255]);
});

test('overlayMask blends in the colour by opacity times probability', () => {
  const style = { colour: [200, 100, 0], opacity: 0.5, threshold: 0.5 } as const;
  const rgba = overlayMask(grey(2, 1, 100), Float32Array.of(1, 0.6), style);
  // 100 + (200 - 100) * 0.5; 100 + 0; 100 - 100 * 0.5 — then the same with a share of 0.3.
  expect(pixel(rgba, 0)).toEqual([150, 100, 50, 255]);
  expect(pixel(rgba, 1)).toEqual([130, 100, 70, 255]);
});

test('overlayMask draws only the rim of the mask when asked for the contour', () => {
  const mask = new Float32Array(25);
  for (const at of [6, 7, 8, 11, 12, 13, 16, 17, 18]) mask[at] = 1;
  const rgba = overlayMask(grey(5, 5, 10), mask, { contour: true });
  const coloured = Array.from({ length: 25 }, (_, at) => at).filter((at) => rgba[at * 4] !== 10);
  // The 3×3 square without its middle.
  expect(coloured).toEqual([6, 7, 8, 11, 13, 16, 17, 18]);
  expect(pixel(rgba, 6)).toEqual([...overlayColours.lesion, 255]);
});

test('overlayComparison colours hits, false alarms and misses', () => {
  const rgba = overlayComparison(
    grey(4, 1, 0),
    Float32Array.of(0.9, 0.9, 0.1, 0.1),
    Uint8Array.of(255, 0, 255, 0),
    { opacity: 1, threshold: 0.5 },
  );
  expect(pixel(rgba, 0)).toEqual([...overlayColours.truePositive, 255]);
  expect(pixel(rgba, 1)).toEqual([...overlayColours.falsePositive, 255]);
  expect(pixel(rgba, 2)).toEqual([...overlayColours.falseNegative, 255]);
  expect(pixel(rgba, 3)).toEqual([0, 0, 0, 255]);
});

test('an overlay refuses a mask of another size than the picture', () => {
  expect(() => overlayMask(grey(2, 2, 0), new Float32Array(3))).toThrow('4 values for 2×2, got 3');
  expect(() => overlayComparison(grey(2, 2, 0), new Float32Array(4), new Uint8Array(5))).toThrow(
    'got 5',
  );
});
