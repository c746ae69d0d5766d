import { expect, test } from 'vitest';
import type { Pixels } from '../pdf/pixels.js';
import { findGutters } from './gutters.js';

/** Noise of full contrast, 60 × 40, with some lines of one colour. */
function noisy(
  rows: Readonly<Record<number, readonly [number, number, number]>>,
  odd: readonly (readonly [x: number, y: number])[] = [],
): Pixels {
  const [columns, count] = [60, 40];
  const data = new Uint8Array(columns * count * 3);
  for (let y = 0; y < count; y++) {
    for (let x = 0; x < columns; x++) {
      const value = ((x * 37 + y * 11) % 2) * 255;
      data.set(rows[y] ?? [value, value, value], 3 * (y * columns + x));
    }
  }
  for (const [x, y] of odd) data.set([0, 0, 0], 3 * (y * columns + x));
  return { columns, rows: count, data };
}
const whole = { left: 0, top: 0, columns: 60, rows: 40 };

test('a gutter has the mean of its three colours, and ends where its lines do', () => {
  // (240 + 231 + 222) / 3 = 231
  const picture = noisy({ 10: [240, 231, 222], 11: [240, 231, 222], 12: [240, 231, 222] });
  expect(findGutters(picture, whole, 'rows')).toEqual([{ from: 10, to: 13, grey: 231 }]);
  expect(findGutters(picture, whole, 'columns')).toEqual([]);
});

test('adjacent lines with a jump of grey are two gutters', () => {
  const picture = noisy({ 5: [250, 250, 250], 6: [250, 250, 250], 7: [10, 10, 10] });
  expect(findGutters(picture, whole, 'rows')).toEqual([
    { from: 5, to: 7, grey: 250 },
    { from: 7, to: 8, grey: 10 },
  ]);
});

test('a line with a dark pixel among sixty is no gutter, nor is one with a coloured pixel', () => {
  // 0.6 % of 60 pixels is none.
  expect(findGutters(noisy({ 20: [250, 250, 250] }, [[31, 20]]), whole, 'rows')).toEqual([]);
  expect(findGutters(noisy({ 20: [200, 120, 120] }), whole, 'rows')).toEqual([]);
});
