import { invert, type BitMask } from '../imaging/bit-mask.js';
import {
  connectedComponents,
  maskOfRegions,
  type Components,
} from '../imaging/connected-components.js';
import { open } from '../imaging/morphology.js';

/** Lengths are shares of the picture's longer side unless noted otherwise. */
const shape = {
  /** Bridges thinner than twice this between the body and the table are cut. */
  bridge: 0.006,
  /** A corner is a square of this side: the corner pixel itself may hold a letter of the figure's caption. */
  corner: 0.015,
  /** A region as wide as this share of the picture's width, but lower than that share of its height: air between table and border. */
  bandWidth: 0.9,
  bandHeight: 0.4,
} as const;

/**
 * Finds the body with everything in it, lungs too: the largest piece of what remains without the room's air. The room's
 * air is the dark regions that touch a corner of the picture or span all of it, as under a table; a picture that is
 * cropped into the body has none and is all body.
 *
 * @param air the pixels as dark as air or lung.
 */
export function findBody(air: BitMask): BitMask {
  const { size } = air;
  const side = Math.max(size.columns, size.rows);
  const regions = connectedComponents(air);
  const room = labelsAtCorners(regions, Math.ceil(shape.corner * side));
  for (const { label, columns, rows } of regions.components) {
    if (columns >= shape.bandWidth * size.columns && rows < shape.bandHeight * size.rows) {
      room.add(label);
    }
  }
  const inside = invert(maskOfRegions(regions, room));
  if (room.size === 0) return inside;
  const pieces = connectedComponents(open(inside, shape.bridge * side));
  const largest = pieces.components.reduce(
    (best, piece) => (piece.area > best.area ? piece : best),
    { label: -1, area: 0 },
  );
  return maskOfRegions(pieces, new Set([largest.label]));
}

/** The regions with a pixel in one of the squares of `reach` pixels in the corners. */
function labelsAtCorners({ runs, size }: Components, reach: number): Set<number> {
  const found = new Set<number>();
  for (let run = 0; run < runs.label.length; run++) {
    const row = runs.row[run]!;
    if (row >= reach && row < size.rows - reach) continue;
    if (runs.left[run]! < reach || runs.right[run]! > size.columns - reach) {
      found.add(runs.label[run]!);
    }
  }
  return found;
}
