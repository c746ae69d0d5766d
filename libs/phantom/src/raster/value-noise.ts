import { mix32 } from '@groundglass/core';

/** Random value of a lattice point, in [-1, 1). */
function lattice(seed: number, x: number, y: number, z: number): number {
  const key = Math.imul(x, 0x27d4eb2f) ^ Math.imul(y, 0x165667b1) ^ Math.imul(z, 0x5bd1e995) ^ seed;
  return mix32(key) / 2 ** 31 - 1;
}

function fade(t: number): number {
  return t * t * (3 - 2 * t);
}

/** A texture over one slice: about in [-1, 1] at (x, y) in mm. */
export type SliceNoise = (x: number, y: number) => number;

/**
 * Value noise in space, cut at the height `z`: smooth bumps of about `scale` mm, and finer ones of 1/2.3 of that with half the
 * strength. Random values on a lattice are blended by `3t² - 2t³`; neighbouring slices fit together.
 *
 * Lattice values are cached, blended along z once: a slice uses each of them some hundred times.
 */
export function sliceNoise(seed: number, z: number, scale: number): SliceNoise {
  const coarse = noisePlane(seed, z / scale, 1 / scale);
  const fine = noisePlane(seed + 1, (z * 2.3) / scale, 2.3 / scale);
  return (x, y) => 0.68 * coarse(x, y) + 0.32 * fine(x, y);
}

/** {@link sliceNoise} at one point, for values that only vary from slice to slice. */
export function fractalNoise(seed: number, x: number, y: number, z: number, scale: number): number {
  const plain = (stream: number, f: number) =>
    blendLattice((xi, yi, zi) => lattice(stream, xi, yi, zi), x * f, y * f, z * f);
  return 0.68 * plain(seed, 1 / scale) + 0.32 * plain(seed + 1, 2.3 / scale);
}

function blendLattice(
  value: (x: number, y: number, z: number) => number,
  x: number,
  y: number,
  z: number,
): number {
  const xi = Math.floor(x);
  const yi = Math.floor(y);
  const zi = Math.floor(z);
  const fx = fade(x - xi);
  const along = (a: number, b: number, t: number) => a + (b - a) * t;
  const row = (yy: number, zz: number) => along(value(xi, yy, zz), value(xi + 1, yy, zz), fx);
  const plane = (zz: number) => along(row(yi, zz), row(yi + 1, zz), fade(y - yi));
  return along(plane(zi), plane(zi + 1), fade(z - zi));
}

function noisePlane(seed: number, z: number, frequency: number): SliceNoise {
  const zi = Math.floor(z);
  const fz = fade(z - zi);
  // Half the width of the cached lattice; the table grows on demand.
  let half = 8;
  let table = new Float64Array(4 * half * half).fill(NaN);
  const fetch = (x: number, y: number): number => {
    while (x < -half || x >= half || y < -half || y >= half) {
      half *= 2;
      table = new Float64Array(4 * half * half).fill(NaN);
    }
    const at = (y + half) * 2 * half + x + half;
    let value = table[at]!;
    if (Number.isNaN(value)) {
      const near = lattice(seed, x, y, zi);
      value = near + (lattice(seed, x, y, zi + 1) - near) * fz;
      table[at] = value;
    }
    return value;
  };
  return (x, y) => {
    const xi = Math.floor(x * frequency);
    const yi = Math.floor(y * frequency);
    const fx = fade(x * frequency - xi);
    const fy = fade(y * frequency - yi);
    const a = fetch(xi, yi);
    const b = fetch(xi + 1, yi);
    const c = fetch(xi, yi + 1);
    const d = fetch(xi + 1, yi + 1);
    const top = a + (b - a) * fx;
    return top + (c + (d - c) * fx - top) * fy;
  };
}
