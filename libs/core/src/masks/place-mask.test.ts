import { expect, test } from 'vitest';
import { placeMask } from '../index.js';

test('placeMask puts the mask where the crop was and 0 elsewhere', () => {
  const placed = placeMask(
    Float32Array.of(0.1, 0.2, 0.3, 0.4),
    { columns: 2, rows: 2 },
    { left: 1, top: 2, columns: 2, rows: 2 },
    { columns: 4, rows: 5 },
  );
  // prettier-ignore
  expect(placed).toEqual(Float32Array.of(
    0, 0,   0,   0,
    0, 0,   0,   0,
    0, 0.1, 0.2, 0,
    0, 0.3, 0.4, 0,
    0, 0,   0,   0,
  ));
});

test('placeMask stretches the mask over the crop with half-pixel centres', () => {
  const placed = placeMask(
    Float32Array.of(0, 1),
    { columns: 2, rows: 1 },
    { left: 0, top: 0, columns: 4, rows: 2 },
    { columns: 4, rows: 2 },
  );
  // Centres at 0.25, 0.75, 1.25, 1.75 of a mask whose centres are 0.5 and 1.5: 0, 0.25, 0.75, 1.
  expect([...placed]).toEqual([0, 0.25, 0.75, 1, 0, 0.25, 0.75, 1]);
});

test.each([
  { left: 3, top: 0, columns: 2, rows: 2 },
  { left: 0, top: -1, columns: 2, rows: 2 },
  { left: 0.5, top: 0, columns: 2, rows: 2 },
])('placeMask refuses a box that is not whole pixels inside the slice: %j', (box) => {
  expect(() =>
    placeMask(new Float32Array(4), { columns: 2, rows: 2 }, box, { columns: 4, rows: 4 }),
  ).toThrow(RangeError);
});
