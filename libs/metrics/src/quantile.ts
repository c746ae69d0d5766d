/**
 * Quantile of ascending values by linear interpolation between order statistics (Hyndman & Fan type 7, the
 * default of NumPy and R). `fraction` in [0, 1]; NaN for no values.
 */
export function quantile(sorted: Float64Array, fraction: number): number {
  if (sorted.length === 0) return NaN;
  const position = fraction * (sorted.length - 1);
  const index = Math.floor(position);
  const low = sorted[index]!;
  const high = sorted[Math.min(index + 1, sorted.length - 1)]!;
  // Equal ends first: between two infinities the difference would be NaN.
  return low === high ? low : low + (high - low) * (position - index);
}
