import { connectedComponents } from './connected-components.js';
import { open } from './morphology.js';
import type { PictureSize } from './resample.js';

/** Lengths are shares of the picture's longer side where nothing else is said. */
const shape = {
  /** Bridges thinner than twice this between the body and the table are cut. */
  bridge: 0.006,
  /** A corner is a square of this side: the very pixel may hold a letter of the figure's caption. */
  corner: 0.015,
  /** As wide as this share of the picture's width, but not as high as that of its height: air between table and border. */
  bandWidth: 0.9,
  bandHeight: 0.4,
} as const;

/**
 * Finds the body with everything in it, lungs too: what is left without the room's air, of that the largest piece. The room's
 * air is the dark regions that hold a corner of the picture or lie across all of it, as under a table; a picture that is cropped into the body has none and is body all
 * over.
 *
 * @param air `rows * columns` values, 1 where the picture is as dark as air or lung.
 * @returns 1 in the body.
 */
export function findBody(air: Uint8Array, size: PictureSize): Uint8Array {
  const side = Math.max(size.columns, size.rows);
  const { labels, components } = connectedComponents(air, size);
  const room = labelsAtCorners(labels, size, Math.ceil(shape.corner * side));
  for (const { label, columns, rows } of components) {
    if (columns >= shape.bandWidth * size.columns && rows < shape.bandHeight * size.rows) {
      room.add(label);
    }
  }
  const inside = new Uint8Array(air.length).fill(1);
  if (room.size === 0) return inside;
  const isRoom = new Uint8Array(components.length + 1);
  for (const label of room) isRoom[label] = 1;
  for (let at = 0; at < air.length; at++) if (isRoom[labels[at]!] === 1) inside[at] = 0;
  const pieces = connectedComponents(open(inside, size, shape.bridge * side), size);
  const largest = pieces.components.reduce(
    (best, piece) => (piece.area > best.area ? piece : best),
    { label: -1, area: 0 },
  );
  for (let at = 0; at < inside.length; at++) {
    inside[at] = pieces.labels[at] === largest.label ? 1 : 0;
  }
  return inside;
}

function labelsAtCorners(
  labels: Int32Array,
  { columns, rows }: PictureSize,
  reach: number,
): Set<number> {
  const found = new Set<number>();
  for (const row of ends(rows, reach)) {
    for (const column of ends(columns, reach)) found.add(labels[row * columns + column]!);
  }
  found.delete(0);
  return found;
}

/** The first and the last `reach` indices below `length`. */
function ends(length: number, reach: number): number[] {
  return Array.from({ length }, (_, i) => i).filter((i) => i < reach || i >= length - reach);
}
