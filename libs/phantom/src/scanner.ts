import { SeededRandom } from '@groundglass/core';
import type { SliceCanvas } from './raster/slice-canvas.js';

/**
 * What the scanner does to a slice: a little blur (its point spread), noise whose grain is wider than a pixel and stronger in the
 * middle of the body than at its edge, and whole Hounsfield units in [-1024, 3071].
 *
 * @param noise standard deviation in HU in the middle of the body; 0 applies only the blur.
 */
export function scan(
  canvas: SliceCanvas,
  { noise, seed, slice }: { noise: number; seed: number; slice: number },
): Int16Array {
  const { columns, rows, pixel, origin } = canvas.grid;
  // Share that each neighbour gives: about 0.6 mm of blur, whatever the pixel's size.
  const side = Math.min(0.22, 0.13 / (pixel * pixel));
  const image = smooth(canvas.hu, columns, rows, side);
  const grain = noise > 0 ? correlatedNoise(columns, rows, seed, slice) : undefined;
  const out = new Int16Array(columns * rows);
  for (let i = 0; i < out.length; i++) {
    let value = image[i]!;
    if (grain) {
      const x = (origin[0] + (i % columns) * pixel) / 190;
      const y = (origin[1] + Math.floor(i / columns) * pixel) / 140;
      const strength = Math.max(0.35, 1.05 - 0.55 * (x * x + y * y));
      value += noise * strength * grain[i]!;
    }
    out[i] = Math.min(3071, Math.max(-1024, Math.round(value)));
  }
  return out;
}

/** Noise of standard deviation 1 with correlated neighbours: sums of four uniform numbers, smoothed and scaled back. */
function correlatedNoise(columns: number, rows: number, seed: number, slice: number): Float32Array {
  const random = new SeededRandom(seed, 9, slice);
  const white = new Float32Array(columns * rows);
  for (let i = 0; i < white.length; i++) {
    white[i] = random.uniform() + random.uniform() + random.uniform() + random.uniform() - 2;
  }
  const side = 0.2;
  const smoothed = smooth(white, columns, rows, side);
  // Variance of four uniforms is 1/3; each pass of [s, 1 - 2s, s] multiplies it by the sum of its squares.
  const pass = 2 * side * side + (1 - 2 * side) * (1 - 2 * side);
  const scale = 1 / (Math.sqrt(1 / 3) * pass);
  return smoothed.map((value) => value * scale);
}

/** One pass of the kernel `[s, 1 - 2s, s]` along rows and one along columns; edges repeat. */
function smooth(data: Float32Array, columns: number, rows: number, s: number): Float32Array {
  const across = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  const middle = 1 - 2 * s;
  for (let row = 0; row < rows; row++) {
    const base = row * columns;
    for (let column = 0; column < columns; column++) {
      const left = data[base + Math.max(0, column - 1)]!;
      const right = data[base + Math.min(columns - 1, column + 1)]!;
      across[base + column] = middle * data[base + column]! + s * (left + right);
    }
  }
  for (let row = 0; row < rows; row++) {
    const above = Math.max(0, row - 1) * columns;
    const below = Math.min(rows - 1, row + 1) * columns;
    for (let column = 0; column < columns; column++) {
      out[row * columns + column] =
        middle * across[row * columns + column]! +
        s * (across[above + column]! + across[below + column]!);
    }
  }
  return out;
}
