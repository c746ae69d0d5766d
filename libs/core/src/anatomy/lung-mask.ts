import type { CtSlice } from '../contracts/volume.js';
import { findAnatomy } from './find-lungs.js';
import { fitInto, resample, resampleNearest } from '../imaging/resample.js';

/** Pixels of the longer side on which lungs are searched; more changes no fraction noticeably. */
const workingSide = 256;

/**
 * Finds the lungs in one axial slice by thresholds, well enough to relate a lesion to. Vessels and most lesions along the pleura
 * are included; a lobe that is consolidated as a whole is as bright as the chest wall and is not.
 *
 * @returns `rows * columns` values, 1 in the lungs; undefined if no plausible lung was found.
 */
export function lungMask({ columns, rows, pixels, unit }: CtSlice): Uint8Array | undefined {
  const size = { columns, rows };
  const working = fitInto(size, workingSide);
  const { lungs } = findAnatomy(resample(pixels, size, working), working, unit);
  return lungs && resampleNearest(lungs, working, size);
}
