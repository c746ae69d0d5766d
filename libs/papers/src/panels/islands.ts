import type { PixelBox, Pixels } from '../pdf/pixels.js';
import { solidRegions } from './solid-regions.js';

/** Darker than the paper of a diagram, 0–255. */
const paper = 225;
/** Differences of the colours up to which a pixel is grey: coloured boxes and arrows are the diagram's. */
const colourful = 30;
/** Share of its box's sides that a pasted picture lies on. A lung in white tissue is as solid, and round. */
const straight = 0.45;

/**
 * Regions of a box that may be pictures pasted into a diagram: solid, dark and grey once thin lines are taken away, with straight
 * sides.
 *
 * @param reach half the width of the lines that are taken away, in pixels.
 */
export function findIslands(picture: Pixels, box: PixelBox, reach: number): PixelBox[] {
  const size = { columns: box.columns, rows: box.rows };
  const dark = new Uint8Array(size.columns * size.rows);
  for (let y = 0; y < box.rows; y++) {
    for (let x = 0; x < box.columns; x++) {
      const at = 3 * ((box.top + y) * picture.columns + box.left + x);
      const [r, g, b] = [picture.data[at]!, picture.data[at + 1]!, picture.data[at + 2]!];
      if (Math.max(r, g, b) < paper && Math.max(r, g, b) - Math.min(r, g, b) < colourful)
        dark[y * size.columns + x] = 1;
    }
  }
  return solidRegions(dark, size, reach)
    .filter((region) => sideShare(dark, size, region) > straight)
    .map((region) => ({
      ...region,
      left: box.left + region.left,
      top: box.top + region.top,
    }));
}

/** Share of a box's four sides, 0–1, that marked pixels lie on, a few pixels deep. */
function sideShare(mask: Uint8Array, { columns }: Size, box: PixelBox): number {
  const depth = 3;
  const shares = [true, false].flatMap((isRow) =>
    [true, false].map((isFirst) => {
      const [length, across] = isRow ? [box.columns, box.rows] : [box.rows, box.columns];
      let found = 0;
      for (let i = 0; i < length; i++) {
        for (let k = 0; k < Math.min(depth, across); k++) {
          const from = isFirst ? k : across - 1 - k;
          const [x, y] = isRow ? [i, from] : [from, i];
          if (mask[(box.top + y) * columns + box.left + x] === 0) continue;
          found++;
          break;
        }
      }
      return found / length;
    }),
  );
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}
