/**
 * The slices of a volume in scoring order, the one the user looks at first: from there to the end, then from
 * the beginning. A compressed volume is thus read forwards with one jump back; going outwards from a slice would jump back each time.
 *
 * @param indices ascending.
 * @param first where to begin; starts with the next one if it is not among them.
 */
export function startingAt(indices: readonly number[], first: number): number[] {
  const later = indices.filter((index) => index >= first);
  return [...later, ...indices.filter((index) => index < first)];
}
