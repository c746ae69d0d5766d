import type { PictureSize } from './resample.js';

/**
 * The exact squared Euclidean distance, in pixels, from each pixel of a mask to the nearest pixel outside of it; 0 outside,
 * `Infinity` where nothing is outside. The picture's border does not count as outside.
 *
 * Down the columns by counting, then along the rows by lower envelopes of parabolas: Felzenszwalb and Huttenlocher, "Distance
 * Transforms of Sampled Functions", Theory of Computing 8 (2012). Linear in the number of pixels.
 *
 * @param mask `rows * columns` values, inside where not 0.
 */
export function squaredDistance(mask: Uint8Array, { columns, rows }: PictureSize): Float64Array {
  const distance = new Float64Array(mask.length);
  // Distances to the nearest pixel outside above, then the smaller of that and the one below.
  for (let at = 0; at < mask.length; at++) {
    if (mask[at] !== 0) distance[at] = at < columns ? Infinity : distance[at - columns]! + 1;
  }
  for (let at = mask.length - columns - 1; at >= 0; at--) {
    const below = distance[at + columns]! + 1;
    if (below < distance[at]!) distance[at] = below;
  }
  for (let at = 0; at < mask.length; at++) distance[at]! *= distance[at]!;
  const work: Work = {
    values: new Float64Array(columns),
    vertices: new Int32Array(columns),
    bounds: new Float64Array(columns),
  };
  for (let row = 0; row < rows; row++) {
    const rowEnd = (row + 1) * columns;
    // Each run of the mask by itself, with the pixel outside at either end: nothing behind that one can be nearer.
    for (let at = row * columns; at < rowEnd; at++) {
      if (mask[at] === 0) continue;
      const from = Math.max(row * columns, at - 1);
      do at++;
      while (at < rowEnd && mask[at] !== 0);
      lowerEnvelope(distance.subarray(from, Math.min(rowEnd, at + 1)), work);
    }
  }
  return distance;
}

interface Work {
  readonly values: Float64Array;
  readonly vertices: Int32Array;
  readonly bounds: Float64Array;
}

/** Replaces each value of a line by `min over q of (p - q)² + line[q]`. */
function lowerEnvelope(line: Float64Array, { values, vertices, bounds }: Work): void {
  let last = -1;
  for (let q = 0; q < line.length; q++) {
    const value = line[q]!;
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
  for (let p = 0, k = 0; p < line.length; p++) {
    while (k < last && bounds[k + 1]! < p) k++;
    const v = vertices[k]!;
    line[p] = (p - v) * (p - v) + values[v]!;
  }
}
