/** The slice that represents a sample: its own, or the middle one of a whole volume. */
export function shownSlice(slice: number | undefined, sliceCount: number): number {
  return slice ?? Math.floor(sliceCount / 2);
}
