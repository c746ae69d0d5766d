import type { GreyPicture } from './grey-picture.js';

/** Blurs with a Gaussian of `sigma` pixels, first along rows and then along columns; the border pixel goes on beyond the border. */
export function gaussianBlur({ columns, rows, pixels }: GreyPicture, sigma: number): GreyPicture {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  const taps = Float32Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp(-((i - radius) ** 2) / (2 * sigma * sigma)),
  );
  const sum = taps.reduce((a, b) => a + b, 0);
  for (let i = 0; i < taps.length; i++) taps[i]! /= sum;
  const across = new Float32Array(pixels.length);
  const padded = new Float32Array(columns + 2 * radius);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    padded.fill(pixels[start]!, 0, radius);
    padded.set(pixels.subarray(start, start + columns), radius);
    padded.fill(pixels[start + columns - 1]!, radius + columns);
    for (let column = 0; column < columns; column++) {
      let value = 0;
      for (let k = 0; k < taps.length; k++) value += taps[k]! * padded[column + k]!;
      across[start + column] = value;
    }
  }
  const result = new Float32Array(pixels.length);
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    for (let k = -radius; k <= radius; k++) {
      const tap = taps[k + radius]!;
      const from = Math.min(rows - 1, Math.max(0, row + k)) * columns;
      for (let column = 0; column < columns; column++)
        result[to + column]! += tap * across[from + column]!;
    }
  }
  return { columns, rows, pixels: result };
}
