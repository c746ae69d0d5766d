/**
 * The slices of a volume in the order to score them in, so that the one a person looks at comes first: from there to the end, then from
 * the beginning. A compressed volume is read forwards with one way back, where going outwards from a slice would go back each time.
 *
 * @param indices ascending.
 * @param first where to begin; with the next one where it is not among them.
 */
export function startingAt(indices: readonly number[], first: number): number[] {
  const later = indices.filter((index) => index >= first);
  return [...later, ...indices.filter((index) => index < first)];
}
