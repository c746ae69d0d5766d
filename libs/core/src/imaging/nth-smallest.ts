/**
 * The value that would be `n`-th, from 0, if the values were sorted; NaN counts as the largest. Hoare's selection (Algorithm 65, CACM
 * 4(7), 1961) in linear time; sorting would take most of the time of finding a chest.
 *
 * @param n from 0 to `values.length - 1`.
 */
export function nthSmallest(values: Float32Array, n: number): number {
  // Without NaN, which does not compare.
  const work = new Float32Array(values.length);
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    work[count] = value;
    if (value === value) count++;
  }
  if (n >= count) return NaN;
  let [left, right] = [0, count - 1];
  while (left < right) {
    const pivot = work[(left + right) >>> 1]!;
    let [low, high] = [left, right];
    while (low <= high) {
      while (work[low]! < pivot) low++;
      while (work[high]! > pivot) high--;
      if (low > high) break;
      const swapped = work[low]!;
      work[low++] = work[high]!;
      work[high--] = swapped;
    }
    if (n <= high) right = high;
    else if (n >= low) left = low;
    else return work[n]!;
  }
  return work[n]!;
}
