import type { CtSlice } from '../contracts/volume.js';
import { boundingBox, type Box } from '../imaging/bounding-box.js';
import { findAnatomy } from './find-lungs.js';
import { greyLevels, type GreyLevels } from './grey-levels.js';
import { fitInto, resample, type PictureSize } from '../imaging/resample.js';

/** Pixels of the picture's longer side on which the chest is searched; finer moves the box by less than its margin. */
const workingSide = 192;
/** Added on each side, as a share of the box. */
const margin = 0.05;
/** A box around less than this share of the picture is rejected. */
const smallestShare = 0.1;
/**
 * Width over height of a box around two lungs. A box outside this range missed one lung or a consolidation at the back, and would
 * cut it off.
 */
const lungAspect = { least: 0.95, most: 2.1 };

/** The part of a slice that shows the chest. */
export interface ChestBox {
  readonly box: Box;
  /** What the box encloses; `whole` if neither lungs nor a body were found, and the box is the whole slice. */
  readonly around: 'lungs' | 'body' | 'whole';
  /** The values of lung and of soft tissue in it; undefined if the two cannot be told apart. */
  readonly levels: GreyLevels | undefined;
}

/**
 * Finds the chest automatically: the box around both lungs, from threshold segmentation and the body's outline, with a margin of
 * 5 %. It evens out how pictures were cropped at their source, which a model would otherwise learn instead of the disease. If
 * no two plausible lungs are found the box encloses the body, and if there is no body either it is the whole slice.
 */
export function findChest(slice: CtSlice): ChestBox {
  const size = { columns: slice.columns, rows: slice.rows };
  const working = fitInto(size, workingSide);
  const pixels = resample(slice.pixels, size, working);
  const anatomy = findAnatomy(pixels, working, slice.unit);
  const { lungs, body } = anatomy;
  const levels = greyLevels(pixels, anatomy, slice.unit);
  for (const [around, mask] of [
    ['lungs', lungs],
    ['body', body],
  ] as const) {
    const found = mask && boundingBox(mask, working);
    if (!found || !isPlausible(found, working, around)) continue;
    const [left, columns] = widen(found.left, found.columns, working.columns, size.columns);
    const [top, rows] = widen(found.top, found.rows, working.rows, size.rows);
    return { box: { left, top, columns, rows }, around, levels };
  }
  return { box: { left: 0, top: 0, ...size }, around: 'whole', levels: undefined };
}

function isPlausible(box: Box, { columns, rows }: PictureSize, around: 'lungs' | 'body'): boolean {
  const aspect = box.columns / box.rows;
  return (
    box.columns * box.rows >= smallestShare * columns * rows &&
    (around === 'body' || (aspect >= lungAspect.least && aspect <= lungAspect.most))
  );
}

/** Scales a span from the working size to the slice's, with its margin, to whole pixels inside the slice. */
function widen(first: number, length: number, from: number, to: number): [number, number] {
  const low = Math.max(0, Math.floor(((first - margin * length) * to) / from));
  const high = Math.min(to, Math.ceil(((first + length * (1 + margin)) * to) / from));
  return [low, high - low];
}
