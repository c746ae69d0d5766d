/** Tiles beyond each edge that are created ahead of scrolling. */
const margin = 3;

/**
 * The tiles of a strip that are visible or nearly so: a strip of 100,000 pictures has as few elements as one of twenty.
 *
 * @param scrolled and `width` in CSS pixels, like `pitch`, the distance between two tiles.
 */
export function visibleTiles(
  scrolled: number,
  width: number,
  pitch: number,
  count: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, Math.floor(scrolled / pitch) - margin);
  const to = Math.min(count, Math.ceil((scrolled + width) / pitch) + margin);
  return { from: Math.min(from, to), to };
}
