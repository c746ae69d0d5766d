/** The weights of result pixels along one axis: `taps` for each, of the source pixels from `first[i]` on. */
export interface Taps {
  readonly first: Int32Array;
  readonly weights: Float32Array;
  readonly taps: number;
}

/**
 * The antialiased triangle filter from `from` pixels to `to`. Every result pixel has the same number of taps, those outside its
 * triangle with weight 0, so that inner loops need no bounds checks.
 */
export function triangleTaps(from: number, to: number): Taps {
  const scale = from / to;
  const radius = Math.max(1, scale);
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  let taps = 0;
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    low[i] = Math.max(0, Math.floor(centre - radius + 0.5));
    high[i] = Math.min(from, Math.floor(centre + radius + 0.5));
    taps = Math.max(taps, high[i]! - low[i]!);
  }
  const first = new Int32Array(to);
  const weights = new Float32Array(to * taps);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const weightAt = (at: number) => Math.max(0, 1 - Math.abs(at + 0.5 - centre) / radius);
    let sum = 0;
    for (let at = low[i]!; at < high[i]!; at++) sum += weightAt(at);
    first[i] = Math.min(low[i]!, from - taps);
    for (let at = low[i]!; at < high[i]!; at++)
      weights[i * taps + at - first[i]!] = weightAt(at) / sum;
  }
  return { first, weights, taps };
}
