import { expect, test } from 'vitest';
import { packSample, unpackSample } from './pack-sample.js';

const picture = (columns: number, rows: number, value: number) => ({
  data: new Float32Array(columns * rows).fill(value),
  columns,
  rows,
});

test('a packed sample is at most as large as requested, in its own shape, with one byte a pixel', () => {
  const packed = packSample({ image: picture(60, 40, 0.5), mask: picture(60, 40, 1) }, 30);
  expect(packed.image).toMatchObject({ columns: 30, rows: 20 });
  expect(packed.bytes).toBe(2 * 30 * 20);
  const { image, mask, lungs } = unpackSample(packed);
  // 0.5 * 255 rounds to 128.
  expect(image.data[0]).toBeCloseTo(128 / 255, 6);
  expect(mask!.data.every((value) => value === 1)).toBe(true);
  expect(lungs).toBeUndefined();
});

test('a small sample keeps its size', () => {
  const packed = packSample(
    { image: picture(6, 4, 1), mask: undefined, lungs: picture(6, 4, 1) },
    30,
  );
  expect(unpackSample(packed).image).toMatchObject({ columns: 6, rows: 4 });
  expect(unpackSample(packed).lungs!.data).toHaveLength(24);
});
