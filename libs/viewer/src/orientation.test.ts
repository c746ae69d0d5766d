import type { Geometry } from '@groundglass/core/browser';
import { expect, test } from 'vitest';
import { directionLetters, edgeLetters, patientPosition } from './orientation.js';

const axial: Geometry = {
  spacing: { column: 0.5, row: 0.75, slice: 2 },
  rowDirection: [1, 0, 0],
  columnDirection: [0, 1, 0],
  sliceDirection: [0, 0, 1],
  origin: [-10, -20, 30],
};

test('in the usual axial view the patient’s right is on the left and the front on top', () => {
  expect(edgeLetters(axial)).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
});

test('a coronal picture has the head on top', () => {
  expect(edgeLetters({ ...axial, columnDirection: [0, 0, -1] })).toMatchObject({
    top: 'H',
    bottom: 'F',
  });
});

test('an oblique direction has its strongest letter first, as in DICOM (0020,0020)', () => {
  expect(directionLetters([0.3, -0.95, 0])).toBe('AL');
});

test('a tilt of less than six degrees gets no letter of its own', () => {
  expect(directionLetters([0.999, 0.05, 0])).toBe('L');
});

test('the position of a pixel counts from the centre of the first one', () => {
  // -10 + 4 * 0.5, -20 + 8 * 0.75, 30 + 3 * 2
  expect(patientPosition(axial, 4, 8, 3)).toEqual([-8, -14, 36]);
});
