import { expect, test } from 'vitest';
import { histogramOf, lengthOf, measureRegion, parseMeasurements } from './measurement.js';

test('a ruler measures millimetres along and across, and pixels if the file gives no size', () => {
  // 30 columns of 0.5 mm and 10 rows of 2 mm: the sides 15 and 20 of a triangle with 25
  const ruler = { from: [10, 10], to: [40, 20] } as const;
  expect(lengthOf(ruler, { column: 0.5, row: 2 })).toEqual({ value: 25, unit: 'mm' });
  expect(lengthOf({ from: [0, 0], to: [3, 4] }, undefined)).toEqual({ value: 5, unit: 'px' });
});

test('a region has the mean, the deviation and the area of the pixels whose centres are in it', () => {
  // The circle of radius 1.5 around (2.5, 2.5) includes the nine pixels of columns and rows 1 to 3, the four corners too,
  // at a distance of √2 ≤ 1.5: all nine.
  const pixels = Float32Array.from({ length: 25 }, (_, at) => at);
  const region = measureRegion(
    { columns: 5, rows: 5, pixels },
    { from: [1, 1], to: [4, 4] },
    { column: 0.5, row: 2 },
  );
  // 6 7 8 11 12 13 16 17 18: mean 12, squares 2·(36 + 25 + 16 + 1) = 156, 156 / 9
  expect(region).toMatchObject({ count: 9, mean: 12, least: 6, most: 18 });
  expect(region.deviation).toBeCloseTo(Math.sqrt(156 / 9), 12);
  expect(region.area).toEqual({ value: 9, unit: 'mm²' });
});

test('a region off the picture, or of NaN only, has no mean', () => {
  const slice = { columns: 2, rows: 2, pixels: Float32Array.of(NaN, NaN, NaN, NaN) };
  expect(measureRegion(slice, { from: [0, 0], to: [2, 2] }, undefined).mean).toBeNull();
  expect(measureRegion(slice, { from: [5, 5], to: [9, 9] }, undefined)).toMatchObject({
    count: 0,
    area: { value: 0, unit: 'px²' },
  });
});

test('the deviation keeps its precision around -1000 HU', () => {
  const pixels = Float32Array.of(-1000, -999, -1000, -999);
  const { deviation } = measureRegion(
    { columns: 2, rows: 2, pixels },
    { from: [0, 0], to: [2, 2] },
    undefined,
  );
  expect(deviation).toBe(0.5);
});

test('a histogram counts every value once, and leaves padding and NaN out', () => {
  const values = Float32Array.of(-2000, NaN, 0, 1, 2, 3, 4);
  expect(histogramOf(values, 'HU', 4)).toEqual({ low: 0, high: 4, counts: [1, 1, 1, 2] });
  expect(histogramOf(Float32Array.of(-2000), 'HU')).toBeUndefined();
  expect(histogramOf(Float32Array.of(0.5, 0.5), 'grey', 2)!.counts).toEqual([2, 0]);
});

test('saved measurements are read, and damaged ones ignored', () => {
  const good = { id: 1, kind: 'ruler', slice: 3, from: [0, 0], to: [1, 1] };
  expect(parseMeasurements([good, { ...good, to: [1] }, { ...good, kind: 'x' }, null, 7])).toEqual([
    good,
  ]);
  expect(parseMeasurements('no')).toEqual([]);
});
