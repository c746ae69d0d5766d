import { expect, test } from 'vitest';
import { fitScale, panBy, placeSlice, toSlicePoint, zoomAround } from './viewport.js';

const square = { columns: 100, rows: 100, pixelAspect: 1 };
const stage = { width: 400, height: 200 };

test('fitting shows the whole slice in the shorter side of the stage', () => {
  // 200 CSS pixels over 100 rows
  expect(fitScale(square, stage)).toBe(2);
});

test('pixels wider than high make the slice wider on the stage', () => {
  // 100 columns of 2:1 pixels are 200 rows wide: 400 / 200 = 2 and 200 / 100 = 2
  expect(fitScale({ ...square, pixelAspect: 2 }, stage)).toBe(2);
  const { columnScale } = placeSlice({ ...square, pixelAspect: 2 }, stage, {
    zoom: 1.5,
    centre: undefined,
  });
  expect(columnScale).toBe(3);
});

test('a fitted slice is centred on the stage', () => {
  const viewport = placeSlice(square, stage, { zoom: 'fit', centre: undefined });
  expect(toSlicePoint(viewport, 200, 100)).toEqual([50, 50]);
  expect(toSlicePoint(viewport, 100, 0)).toEqual([0, 0]);
  expect(toSlicePoint(viewport, 300, 200)).toEqual([100, 100]);
});

test('zooming keeps the point under the pointer in place', () => {
  const view = { zoom: 'fit', centre: undefined } as const;
  const before = toSlicePoint(placeSlice(square, stage, view), 150, 60);
  const after = placeSlice(square, stage, zoomAround(square, stage, view, 3, [150, 60]));
  expect(after.scale).toBe(6);
  expect(toSlicePoint(after, 150, 60)[0]).toBeCloseTo(before[0], 9);
  expect(toSlicePoint(after, 150, 60)[1]).toBeCloseTo(before[1], 9);
});

test('zooming stops at 64 times', () => {
  expect(zoomAround(square, stage, { zoom: 60, centre: [50, 50] }, 2).zoom).toBe(64);
});

test('panning moves the slice with the pointer and keeps some of it in the middle', () => {
  // 20 CSS pixels to the right at scale 2 move the point at the middle 10 slice columns to the left.
  expect(panBy(square, stage, { zoom: 2, centre: [50, 50] }, 20, 0).centre).toEqual([40, 50]);
  expect(panBy(square, stage, { zoom: 2, centre: [50, 50] }, 9999, -9999).centre).toEqual([0, 100]);
});
