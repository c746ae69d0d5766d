const bins = 256;

/**
 * Otsu's threshold of grey values: the one that maximises the variance between the two classes that it makes (IEEE Trans.
 * SMC 9(1), 1979), over 256 bins of 0–1. Values outside of 0–1 count in the outermost bins, NaN as black.
 *
 * @returns a threshold in 0–1, `value >= threshold` being the bright class; undefined if all values share a bin.
 */
export function otsuThreshold(values: Float32Array): number | undefined {
  const histogram = new Int32Array(bins);
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const bin = value > 0 ? (value < 1 ? (value * bins) | 0 : bins - 1) : 0;
    histogram[bin]! += 1;
    total += bin;
  }
  let below = 0;
  let sumBelow = 0;
  let best = 0;
  let [first, last] = [-1, -1];
  for (let bin = 0; bin < bins - 1; bin++) {
    below += histogram[bin]!;
    sumBelow += bin * histogram[bin]!;
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const difference = sumBelow / below - (total - sumBelow) / above;
    const between = below * above * difference * difference;
    if (between > best) {
      best = between;
      first = bin;
      last = bin;
    } else if (between === best) {
      last = bin;
    }
  }
  // Empty bins between the classes tie: use the middle one.
  return first < 0 ? undefined : ((first + last) / 2 + 1) / bins;
}
