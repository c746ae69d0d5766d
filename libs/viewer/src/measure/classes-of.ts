/** More distinct values than classes anyone draws: such a mask is a soft one of one class. */
const mostClasses = 12;

/**
 * The classes of a mask's slice, ascending. A mask of one value, or of many as smoothing makes them, has one class: lesion or not, and
 * the answer is empty.
 */
export function classesOf(mask: Uint8Array): readonly number[] {
  const found = new Set<number>();
  for (const value of mask) {
    if (value === 0) continue;
    found.add(value);
    if (found.size > mostClasses) return [];
  }
  // 1 and 255 are what a mask without classes has.
  const [only] = found;
  if (found.size === 0 || (found.size === 1 && (only === 1 || only === 255))) return [];
  return [...found].sort((a, b) => a - b);
}
