import type { PictureSize } from './resample.js';

/**
 * The exact squared Euclidean distance, in pixels, from each pixel of a mask to the nearest pixel outside of it; 0 outside,
 * `Infinity` where nothing is outside. The picture's border is no outside.
 *
 * Lower envelopes of parabolas, columns then rows: Felzenszwalb and Huttenlocher, "Distance Transforms of Sampled
 * Functions", Theory of Computing 8 (2012). Linear in the number of pixels.
 *
 * @param mask `rows * columns` values, inside where not 0.
 */
export function squaredDistance(mask: Uint8Array, { columns, rows }: PictureSize): Float64Array {
  const distance = new Float64Array(mask.length);
  for (let i = 0; i < mask.length; i++) distance[i] = mask[i] === 0 ? 0 : Infinity;
  const longest = Math.max(columns, rows);
  const work: Work = {
    values: new Float64Array(longest),
    vertices: new Int32Array(longest),
    bounds: new Float64Array(longest + 1),
  };
  for (let column = 0; column < columns; column++) {
    lowerEnvelope(distance, column, columns, rows, work);
  }
  for (let row = 0; row < rows; row++) lowerEnvelope(distance, row * columns, 1, columns, work);
  return distance;
}

interface Work {
  readonly values: Float64Array;
  readonly vertices: Int32Array;
  readonly bounds: Float64Array;
}

/** Replaces a line of `distance` by `min over q of (p - q)² + distance[q]`. */
function lowerEnvelope(
  distance: Float64Array,
  start: number,
  step: number,
  length: number,
  { values, vertices, bounds }: Work,
): void {
  let last = -1;
  for (let q = 0; q < length; q++) {
    const value = distance[start + q * step]!;
    values[q] = value;
    if (value === Infinity) continue;
    let bound = -Infinity;
    while (last >= 0) {
      const v = vertices[last]!;
      bound = (value + q * q - values[v]! - v * v) / (2 * (q - v));
      if (bound > bounds[last]!) break;
      last--;
    }
    last++;
    vertices[last] = q;
    bounds[last] = last === 0 ? -Infinity : bound;
  }
  if (last < 0) return;
  for (let p = 0, k = 0; p < length; p++) {
    while (k < last && bounds[k + 1]! < p) k++;
    const v = vertices[k]!;
    distance[start + p * step] = (p - v) * (p - v) + values[v]!;
  }
}
