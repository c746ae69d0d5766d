import { describe, expect, test } from 'vitest';
import { jpegLoss } from './jpeg-loss.js';

const square = (side: number) => ({ columns: side, rows: side });
const flat = (value: number, size = 8) => new Float32Array(size * size).fill(value / 255);
const bytes = (pixels: Float32Array) => [...pixels].map((value) => Math.round(value * 255));

describe('jpegLoss', () => {
  test('rounds the mean of a block to the first step of the table, which is 16 at quality 50', () => {
    // The first coefficient of a flat block is 8 (value - 128): 8 for 129, which rounds up to one step of 16, the value 130.
    expect(bytes(jpegLoss(flat(129), square(8), 50))).toEqual(new Array(64).fill(130));
    expect(bytes(jpegLoss(flat(130), square(8), 50))).toEqual(new Array(64).fill(130));
    // 24 is one and a half steps: up to 32, the value 132.
    expect(bytes(jpegLoss(flat(131), square(8), 50))).toEqual(new Array(64).fill(132));
  });

  test('loses less than two greys at quality 100, and more the lower the quality is', () => {
    const waves = Float32Array.from(
      { length: 32 * 32 },
      (_, i) => 0.5 + 0.3 * Math.sin(i * 0.9) * Math.cos(i * 0.013),
    );
    const loss = (quality: number) =>
      jpegLoss(waves, square(32), quality).reduce(
        (most, value, i) => Math.max(most, Math.abs(value - waves[i]!)),
        0,
      );
    expect(loss(100)).toBeLessThan(2.5 / 255);
    expect(loss(75)).toBeGreaterThan(loss(100));
    expect(loss(30)).toBeGreaterThan(loss(75));
  });

  test('keeps the remainder of a side that is no multiple of eight', () => {
    const pixels = flat(129, 10);
    const result = jpegLoss(pixels, square(10), 50);
    expect(bytes(result)[0]).toBe(130);
    expect(result[99]).toBe(pixels[99]);
    expect(bytes(pixels)[0]).toBe(129);
  });
});
