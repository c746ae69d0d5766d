import type { BitMask } from './bit-mask.js';
import type { Components } from './connected-components.js';

/**
 * For each region of a mask, the largest squared Euclidean distance in pixels from one of its pixels to the nearest pixel outside the
 * mask: the squared radius of its widest disc. Exact; `Infinity` if nothing is outside. Beyond the picture's border does not count as
 * outside.
 *
 * Counts down the columns, then takes lower envelopes of parabolas along the rows: Felzenszwalb and Huttenlocher, "Distance
 * Transforms of Sampled Functions", Theory of Computing 8 (2012). Most rows need no envelope: no pixel of a run is farther from the outside
 * than half the run's length or than its highest column, and few runs can beat their region's most promising one.
 *
 * @param regions of this mask, 4-connected.
 * @returns by label; 0 for the label 0, which no region has.
 */
export function largestSquaredDistances(mask: BitMask, regions: Components): Float64Array {
  const { columns } = mask.size;
  const { runs, components } = regions;
  const heights = columnDistances(mask);
  const bounds = new Float64Array(runs.label.length);
  const promising = new Int32Array(components.length + 1).fill(-1);
  for (let run = 0; run < bounds.length; run++) {
    const bound = boundOf(runs.left[run]!, runs.right[run]!, runs.row[run]! * columns);
    bounds[run] = bound;
    const label = runs.label[run]!;
    const best = promising[label]!;
    if (best < 0 || bound > bounds[best]!) promising[label] = run;
  }
  const largest = new Float64Array(components.length + 1);
  const line = new Float64Array(columns);
  const work: Work = {
    values: new Float64Array(columns),
    vertices: new Int32Array(columns),
    bounds: new Float64Array(columns),
  };
  for (let label = 1; label < promising.length; label++) measure(promising[label]!);
  for (let run = 0; run < bounds.length; run++) measure(run);
  return largest;

  /** The square of an upper bound for the pixels of the run. */
  function boundOf(left: number, right: number, first: number): number {
    let highest = 0;
    for (let at = first + left; at < first + right; at++) {
      if (heights[at]! > highest) highest = heights[at]!;
    }
    const openEnds = (left === 0 ? 1 : 0) + (right === columns ? 1 : 0);
    const length = right - left;
    const across =
      openEnds === 0 ? Math.floor((length + 1) / 2) : openEnds === 1 ? length : Infinity;
    return Math.min(highest, across) ** 2;
  }

  function measure(run: number): void {
    const label = runs.label[run]!;
    if (bounds[run]! <= largest[label]!) return;
    // With the outside pixel at either end: nothing beyond it can be nearer.
    const from = Math.max(0, runs.left[run]! - 1);
    const end = Math.min(columns, runs.right[run]! + 1);
    const first = runs.row[run]! * columns;
    for (let at = from; at < end; at++) line[at - from] = heights[first + at]! ** 2;
    lowerEnvelope(line, end - from, work);
    for (let at = 0; at < end - from; at++) {
      if (line[at]! > largest[label]!) largest[label] = line[at]!;
    }
  }
}

/** The distance from each pixel of a mask to the nearest one outside it in its column; 0 outside, `Infinity` if there is none. */
function columnDistances({ words, wordsPerRow, size: { columns, rows } }: BitMask): Float32Array {
  const distance = new Float32Array(columns * rows);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) {
      const word = words[row * wordsPerRow + (column >>> 5)]!;
      if (((word >>> (column & 31)) & 1) === 0) continue;
      distance[at] = row === 0 ? Infinity : distance[at - columns]! + 1;
    }
  }
  for (let at = distance.length - columns - 1; at >= 0; at--) {
    const below = distance[at + columns]! + 1;
    if (below < distance[at]!) distance[at] = below;
  }
  return distance;
}

interface Work {
  readonly values: Float64Array;
  readonly vertices: Int32Array;
  readonly bounds: Float64Array;
}

/** Replaces each of the first `length` values of a line by `min over q of (p - q)² + line[q]`. */
function lowerEnvelope(
  line: Float64Array,
  length: number,
  { values, vertices, bounds }: Work,
): void {
  let last = -1;
  for (let q = 0; q < length; q++) {
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
  for (let p = 0, k = 0; p < length; p++) {
    while (k < last && bounds[k + 1]! < p) k++;
    const v = vertices[k]!;
    line[p] = (p - v) * (p - v) + values[v]!;
  }
}
