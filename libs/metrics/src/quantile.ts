/**
 * Quantile of ascending values by linear interpolation between order statistics (Hyndman & Fan type 7, the
 * default of NumPy and R). `fraction` in [0, 1]; NaN for no values.
 */
export function quantile(sorted: Float64Array, fraction: number): number {
  if (sorted.length === 0) return NaN;
  const position = fraction * (sorted.length - 1);
  const index = Math.floor(position);
  const share = position - index;
  const low = sorted[index]!;
  // Skips interpolation if nothing is to be added: 0 times an infinite step would be NaN.
  if (share === 0) return low;
  const high = sorted[index + 1]!;
  return low === high ? low : low + (high - low) * share;
}
