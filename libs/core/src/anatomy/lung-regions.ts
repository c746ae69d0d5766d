import type { CtSlice } from '../contracts/volume.js';
import { below, toBytes } from '../imaging/bit-mask.js';
import { hullMask } from '../imaging/convex-hull.js';
import { dilate } from '../imaging/morphology.js';
import { fitInto, resample, resampleNearest } from '../imaging/resample.js';
import { findAnatomy } from './find-lungs.js';

/** Pixels of the longer side on which lungs are searched. */
const workingSide = 256;
/** The hull reaches this far beyond the lungs, as a share of the longer side. */
const hullMargin = 0.03;

/** Where the lungs of a slice are, 1 inside, of the slice's size. */
export interface LungRegions {
  readonly lungs: Uint8Array;
  /** The convex hull of both lungs with a margin: includes a consolidated lobe, and nothing outside it is lung. */
  readonly hull: Uint8Array;
}

/**
 * Finds the lungs and what could be lung in one axial slice.
 *
 * @returns undefined if no plausible lung was found.
 */
export function lungRegions({ columns, rows, pixels, unit }: CtSlice): LungRegions | undefined {
  const size = { columns, rows };
  const working = fitInto(size, workingSide);
  const { lungs } = findAnatomy(resample(pixels, size, working), working, unit);
  if (!lungs) return undefined;
  const outside = Float32Array.from(lungs, (inside) => 1 - inside);
  const side = Math.max(working.columns, working.rows);
  const hull = hullMask(dilate(below(outside, working, 0.5), hullMargin * side));
  return {
    lungs: resampleNearest(lungs, working, size),
    hull: resampleNearest(toBytes(hull), working, size),
  };
}
