/** More distinct values than anyone draws classes: such a mask is a soft one of one class. */
const mostClasses = 12;

/**
 * The classes of a mask's slice, ascending. A mask of one value, or of many from smoothing, has one class, lesion or not:
 * the result is empty.
 */
export function classesOf(mask: Uint8Array): readonly number[] {
  const found = new Set<number>();
  for (const value of mask) {
    if (value === 0) continue;
    found.add(value);
    if (found.size > mostClasses) return [];
  }
  // 1 and 255 are the values of masks without classes.
  const [only] = found;
  if (found.size === 0 || (found.size === 1 && (only === 1 || only === 255))) return [];
  return [...found].sort((a, b) => a - b);
}
