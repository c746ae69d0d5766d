import { expect, test } from 'vitest';
import { placeDifference } from './place-difference.js';

const geometry = {
  spacing: { column: 0.7, row: 0.8, slice: 2.5 },
  rowDirection: [1, 0, 0],
  columnDirection: [0, 1, 0],
  sliceDirection: [0, 0, 1],
  origin: [-10, -20, 5],
} as const;
const volume = { format: 'nifti', columns: 11, rows: 6, sliceCount: 5, geometry } as const;
const at = (more: object) => ({ ...volume, geometry: { ...geometry, ...more } });

test('a mask matches its image within a pixel and half a slice, as headers are rounded', () => {
  expect(placeDifference(volume, at({ origin: [-10.5, -20.5, 6.2] }))).toBeUndefined();
});

test.each([
  ['a slice above', { origin: [-10, -20, 7.5] }, '2.5 mm'],
  ['two pixels beside', { origin: [-8.6, -20, 5] }, '1.4 mm'],
  // The last of six rows, 0.8 mm apart, is at -16 where it should be, and at -24 here.
  ['turned upside down', { columnDirection: [0, -1, 0] }, '8.0 mm'],
  // Four steps of 1 in place of 2.5 mm.
  ['of thinner slices', { spacing: { ...geometry.spacing, slice: 1 } }, '6.0 mm'],
])('a mask %s lies elsewhere', (_, more, distance) => {
  expect(placeDifference(volume, at(more))).toContain(distance);
});

test('a mask without a position cannot match an image that has one, a picture can', () => {
  expect(placeDifference(volume, { ...volume, geometry: undefined })).toContain(
    'that of the mask does not',
  );
  expect(placeDifference({ ...volume, geometry: undefined }, volume)).toContain(
    'that of the image does not',
  );
  const flat = { ...volume, geometry: undefined };
  expect(placeDifference(flat, flat)).toBeUndefined();
  expect(placeDifference(volume, { ...flat, format: 'png' })).toBeUndefined();
});
