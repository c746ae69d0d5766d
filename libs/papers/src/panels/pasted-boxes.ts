import type { PixelBox, Pixels } from '../pdf/pixels.js';
import { openedRegions, withoutHoles, type Regions } from './solid-regions.js';

/** Darker than the paper of a diagram, 0–255. */
const paper = 225;
/** Colour differences up to which a pixel is grey: coloured boxes and arrows are the diagram's. */
const colourful = 30;
/** Pixels that an outline may deviate from a straight line. */
const slack = 2;

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/**
 * Boxes in which pictures may be pasted into a diagram: solid, dark and grey regions after removing thin lines, with and
 * without what they enclose. Of a stack of pictures, the one in front shows two whole sides: each corner of a region's box gives
 * the box that its two straight sides span.
 *
 * @param reach half the width of the removed lines, in pixels.
 * @param least shortest side of a box.
 */
export function pastedBoxes(picture: Pixels, reach: number, least: number): PixelBox[] {
  const { columns, rows, data } = picture;
  const dark = new Uint8Array(columns * rows);
  for (let i = 0, at = 0; i < dark.length; i++, at += 3) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
    const most = Math.max(r, g, b);
    if (most < paper && most - Math.min(r, g, b) < colourful) dark[i] = 1;
  }
  const boxes = new Map<string, PixelBox>();
  for (const mask of [dark, withoutHoles(dark, picture)]) {
    const found = openedRegions(mask, picture, reach);
    found.regions.forEach(({ box }, i) => {
      if (Math.min(box.columns, box.rows) < least) return;
      for (const corner of cornerBoxes(found, i, picture)) {
        if (Math.min(corner.columns, corner.rows) < least) continue;
        boxes.set(JSON.stringify(corner), corner);
      }
    });
  }
  return [...boxes.values()];
}

/** The boxes that the straight sides at each corner of a region span. */
function cornerBoxes({ regions, labels }: Regions, index: number, { columns }: Size): PixelBox[] {
  const { left, top, columns: wide, rows: high } = regions[index]!.box;
  const isIn = (x: number, y: number): boolean =>
    labels[(top + y) * columns + left + x] === index + 1;
  const within = (count: number, touches: (i: number, depth: number) => boolean): Run =>
    longestRun(count, (i) => {
      for (let depth = 0; depth <= slack; depth++) if (touches(i, depth)) return true;
      return false;
    });
  const sides = {
    left: within(high, (y, depth) => isIn(depth, y)),
    right: within(high, (y, depth) => isIn(wide - 1 - depth, y)),
    top: within(wide, (x, depth) => isIn(x, depth)),
    bottom: within(wide, (x, depth) => isIn(x, high - 1 - depth)),
  };
  return (['left', 'right'] as const).flatMap((beside) =>
    (['top', 'bottom'] as const).map((over): PixelBox => {
      const [down, across] = [sides[beside], sides[over]];
      const [firstRow, endRow] = over === 'top' ? [0, down.end] : [down.from, high];
      const [firstColumn, endColumn] = beside === 'left' ? [0, across.end] : [across.from, wide];
      return {
        left: left + firstColumn,
        top: top + firstRow,
        columns: endColumn - firstColumn,
        rows: endRow - firstRow,
      };
    }),
  );
}

interface Run {
  readonly from: number;
  readonly end: number;
}

function longestRun(count: number, fits: (i: number) => boolean): Run {
  let best: Run = { from: 0, end: 0 };
  let from = -1;
  for (let i = 0; i <= count; i++) {
    if (i < count && fits(i)) {
      if (from < 0) from = i;
      if (i + 1 - from > best.end - best.from) best = { from, end: i + 1 };
    } else from = -1;
  }
  return best;
}
