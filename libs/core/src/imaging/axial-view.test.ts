import { expect, test } from 'vitest';
import { axialView } from './axial-view.js';

test('a volume in the usual view stays as it is', () => {
  const view = axialView({
    origin: [-10, -20, 30],
    axes: [
      [0.5, 0, 0],
      [0, 0.5, 0],
      [0, 0, 2],
    ],
    dimensions: [4, 3, 2],
  });
  expect(view).toMatchObject({
    order: [0, 1, 2],
    flipped: [false, false, false],
    columns: 4,
    rows: 3,
    sliceCount: 2,
    geometry: { spacing: { column: 0.5, row: 0.5, slice: 2 }, origin: [-10, -20, 30] },
  });
});

test('a volume that runs to the right, the front and the feet is turned in all three', () => {
  // First voxel at the far left, back and head: after the flips it is the last one.
  const view = axialView({
    origin: [30, 40, 50],
    axes: [
      [-10, 0, 0],
      [0, -10, 0],
      [0, 0, -5],
    ],
    dimensions: [4, 3, 2],
  });
  expect(view.flipped).toEqual([true, true, true]);
  expect(view.geometry.origin).toEqual([0, 20, 45]);
  expect(view.geometry.rowDirection).toEqual([1, 0, 0]);
});

test('sagittal storage (rows along the body) gives axial slices', () => {
  // File axes: i to the back, j to the feet, k to the left.
  const view = axialView({
    origin: [0, 0, 100],
    axes: [
      [0, 1, 0],
      [0, 0, -2],
      [3, 0, 0],
    ],
    dimensions: [5, 6, 7],
  });
  expect(view.order).toEqual([2, 0, 1]);
  expect([view.columns, view.rows, view.sliceCount]).toEqual([7, 5, 6]);
  expect(view.flipped).toEqual([false, false, true]);
  expect(view.geometry.spacing).toEqual({ column: 3, row: 1, slice: 2 });
  expect(view.geometry.origin).toEqual([0, 0, 90]);
});

test('a tilted scan keeps its exact directions', () => {
  const tilt = (20 * Math.PI) / 180;
  const view = axialView({
    origin: [0, 0, 0],
    axes: [
      [1, 0, 0],
      [0, Math.cos(tilt), -Math.sin(tilt)],
      [0, Math.sin(tilt), Math.cos(tilt)],
    ],
    dimensions: [2, 2, 2],
  });
  expect(view.order).toEqual([0, 1, 2]);
  expect(view.geometry.columnDirection[2]).toBeCloseTo(-Math.sin(tilt), 12);
});
