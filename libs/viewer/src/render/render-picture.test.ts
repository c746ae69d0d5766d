import { expect, test } from 'vitest';
import { renderPicture } from './render-picture.js';
import type { Scene, SceneOverlay } from './scene.js';

const scene: Scene = {
  columns: 2,
  rows: 1,
  pixels: Float32Array.of(0, 100),
  window: { center: 50, width: 100 },
  inverted: false,
  interpolation: 'nearest',
  left: 0,
  top: 0,
  stepX: 1,
  stepY: 1,
  overlay: undefined,
};
const overlay: SceneOverlay = {
  mask: undefined,
  truth: undefined,
  style: 'contour',
  opacity: 0.5,
  threshold: 0.5,
  lineWidth: 1,
};

/** Red of each pixel, which equals its grey if nothing is drawn over it. */
const reds = (rgba: Uint8ClampedArray) => [...rgba].filter((_, at) => at % 4 === 0);
const pixelAt = (rgba: Uint8ClampedArray, at: number) => [...rgba.subarray(at * 4, at * 4 + 4)];

test('nearest repeats pixels, linear interpolates from centre to centre', () => {
  const twice = { ...scene, stepX: 0.5 };
  expect(reds(renderPicture(twice, 4, 1))).toEqual([0, 0, 255, 255]);
  // Canvas pixels are at 0.25, 0.75, 1.25, 1.75; centres at 0.5 and 1.5: 0, 25, 75, 100 of 100
  expect(reds(renderPicture({ ...twice, interpolation: 'linear' }, 4, 1))).toEqual([
    0, 64, 191, 255,
  ]);
});

test('outside of the slice is transparent', () => {
  const rgba = renderPicture({ ...scene, left: -1 }, 4, 1);
  expect([0, 1, 2, 3].map((at) => rgba[at * 4 + 3])).toEqual([0, 255, 255, 0]);
});

test('inverting swaps black and white, and a NaN is black', () => {
  const pixels = Float32Array.of(Number.NaN, 100);
  expect(reds(renderPicture({ ...scene, pixels }, 2, 1))).toEqual([0, 255]);
  expect(reds(renderPicture({ ...scene, inverted: true }, 2, 1))).toEqual([255, 0]);
});

test('a contour is drawn in the full colour on the rim of the mask only', () => {
  const square = { ...scene, columns: 5, rows: 5, pixels: new Float32Array(25) };
  const mask = new Uint8Array(25);
  for (const row of [1, 2, 3]) mask.fill(255, row * 5 + 1, row * 5 + 4);
  const rgba = renderPicture({ ...square, overlay: { ...overlay, mask } }, 5, 5);
  expect(pixelAt(rgba, 6)).toEqual([230, 159, 0, 255]);
  expect(pixelAt(rgba, 12)).toEqual([0, 0, 0, 255]);
  expect(pixelAt(rgba, 0)).toEqual([0, 0, 0, 255]);
});

test('a comparison colours what was found, what is a false alarm and what was missed', () => {
  const row = { ...scene, columns: 4, pixels: new Float32Array(4) };
  const rgba = renderPicture(
    {
      ...row,
      overlay: {
        ...overlay,
        mask: Uint8Array.of(255, 255, 0, 0),
        truth: Uint8Array.of(1, 0, 1, 0),
      },
    },
    4,
    1,
  );
  expect(pixelAt(rgba, 0)).toEqual([0, 158, 115, 255]);
  expect(pixelAt(rgba, 1)).toEqual([213, 94, 0, 255]);
  expect(pixelAt(rgba, 2)).toEqual([86, 180, 233, 255]);
  expect(pixelAt(rgba, 3)).toEqual([0, 0, 0, 255]);
});

test('a pixel is drawn from the threshold on', () => {
  const masked = (threshold: number) =>
    pixelAt(
      renderPicture(
        { ...scene, overlay: { ...overlay, mask: Uint8Array.of(153, 0), threshold } },
        2,
        1,
      ),
      0,
    );
  // 153 / 255 = 0.6
  expect(masked(0.6)).toEqual([230, 159, 0, 255]);
  expect(masked(0.61)).toEqual([0, 0, 0, 255]);
});

test('a picture in its own colours is sampled channel by channel, and the window has no effect', () => {
  const colours = Uint8ClampedArray.of(200, 0, 10, 255, 0, 100, 30, 255);
  const linear = { ...scene, colours, interpolation: 'linear' as const, stepX: 0.5 };
  const rgba = renderPicture(linear, 4, 1);
  expect(pixelAt(rgba, 0)).toEqual([200, 0, 10, 255]);
  // A quarter of the way from the first centre to the second
  expect(pixelAt(rgba, 1)).toEqual([150, 25, 15, 255]);
  expect(pixelAt(renderPicture({ ...scene, colours, inverted: true }, 2, 1), 0)).toEqual([
    55, 255, 245, 255,
  ]);
});

test('a difference is black in the middle of the window, blue below it and orange above', () => {
  const pixels = Float32Array.of(-200, 200);
  const window = { center: 0, width: 400 };
  const rgba = renderPicture({ ...scene, pixels, window, palette: 'difference' }, 2, 1);
  expect(pixelAt(rgba, 0)).toEqual([86, 180, 233, 255]);
  expect(pixelAt(rgba, 1)).toEqual([230, 159, 0, 255]);
  const none = renderPicture(
    { ...scene, pixels: Float32Array.of(0, 0), window, palette: 'difference' },
    2,
    1,
  );
  expect(Math.max(...pixelAt(none, 0).slice(0, 3))).toBeLessThanOrEqual(1);
});

test('the classes of a mask have a colour each, whatever the model has found', () => {
  const classes = { ...overlay, mask: Uint8Array.of(255, 255), truth: Uint8Array.of(1, 2) };
  const rgba = renderPicture({ ...scene, overlay: { ...classes, classes: true } }, 2, 1);
  expect(pixelAt(rgba, 0)).toEqual([230, 159, 0, 255]);
  expect(pixelAt(rgba, 1)).toEqual([86, 180, 233, 255]);
});
