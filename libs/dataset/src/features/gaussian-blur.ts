import type { GreyPicture } from './grey-picture.js';

/** Blurs with a Gaussian of `sigma` pixels, first along rows and then along columns; the border pixel repeats beyond the border. */
export function gaussianBlur({ columns, rows, pixels }: GreyPicture, sigma: number): GreyPicture {
  const radius = Math.max(1, Math.ceil(2.5 * sigma));
  // The kernel is symmetric: its middle, and one weight for both neighbours at each distance.
  const taps = Float32Array.from({ length: radius + 1 }, (_, i) =>
    Math.exp((-i * i) / (2 * sigma * sigma)),
  );
  const sum = taps.reduce((total, tap, i) => total + (i === 0 ? tap : 2 * tap), 0);
  for (let i = 0; i <= radius; i++) taps[i]! /= sum;
  const middle = taps[0]!;
  const across = new Float32Array(pixels.length);
  const padded = new Float32Array(columns + 2 * radius);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    padded.fill(pixels[start]!, 0, radius);
    padded.set(pixels.subarray(start, start + columns), radius);
    padded.fill(pixels[start + columns - 1]!, radius + columns);
    for (let column = 0; column < columns; column++) {
      const at = column + radius;
      let value = middle * padded[at]!;
      for (let k = 1; k <= radius; k++) value += taps[k]! * (padded[at - k]! + padded[at + k]!);
      across[start + column] = value;
    }
  }
  const result = new Float32Array(pixels.length);
  const last = (rows - 1) * columns;
  for (let row = 0; row < rows; row++) {
    const to = row * columns;
    for (let column = 0; column < columns; column++)
      result[to + column] = middle * across[to + column]!;
    for (let k = 1; k <= radius; k++) {
      const tap = taps[k]!;
      const above = Math.max(0, to - k * columns);
      const below = Math.min(last, to + k * columns);
      for (let column = 0; column < columns; column++)
        result[to + column]! += tap * (across[above + column]! + across[below + column]!);
    }
  }
  return { columns, rows, pixels: result };
}
