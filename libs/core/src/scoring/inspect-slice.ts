import { chestSigns, type ChestSigns } from '../anatomy/chest-signs.js';
import { findAnatomy, mostLung } from '../anatomy/find-lungs.js';
import type { CtSlice } from '../contracts/volume.js';
import type { WithheldCode } from '../contracts/withheld-codes.js';
import { fitInto, resample, resampleNearest } from '../imaging/resample.js';

/** Pixels of the longer side on which lungs are searched. */
const workingSide = 256;

/**
 * How far a slice may deviate from a typical chest. Chosen so that of 746 COVID-CT pictures, 98 COVID-Seg slices and the slices of six
 * other sources nearly all pass; `docs/coverage.md` has the figures.
 */
const bounds = {
  /** Less lung than this share of the body does not count: gas in the bowel, or the last slice of a lung. */
  leastLung: 0.05,
  /** From this share of the body on there is enough lung for the slice to count in a volume. */
  enoughLung: 0.2,
  /** Bodies are wider than high; pictures cut to the lungs are about square. */
  leastAspect: 0.8,
  /** Neighbouring pixels in a lung differ by less than this share of the difference between lung and tissue. */
  mostGrain: 0.45,
  /** Lung is darker than tissue, in grey from 0 to 1 by at least this much. */
  leastContrast: 0.08,
  /** Position of the middle of the lungs in the body, from 0 at the front to 1 at the back. */
  middle: { least: 0.25, most: 0.8 },
  /** A smaller body with so much drawn around it is a screenshot of a program, not a slice. */
  screenshot: { mostBody: 0.35, leastClutter: 0.11 },
} as const;

/** What a slice shows, independent of any model. */
export interface SliceInspection {
  /** The lungs, of the slice's size, 1 inside; undefined if none were found. */
  readonly lungs: Uint8Array | undefined;
  /** Why it is not an axial slice of a chest with lungs; empty if it may be one. */
  readonly reasons: readonly WithheldCode[];
  /** Whether there is enough lung for the slice to count in a volume. */
  readonly hasEnoughLung: boolean;
}

/** Looks for a chest with lungs in a slice. */
export function inspectSlice({ columns, rows, pixels, unit }: CtSlice): SliceInspection {
  const size = { columns, rows };
  const working = fitInto(size, workingSide);
  const small = resample(pixels, size, working);
  const anatomy = findAnatomy(small, working, unit);
  const signs = chestSigns(small, working, anatomy, unit);
  if (!signs || signs.lungOfBody < bounds.leastLung)
    return { lungs: undefined, reasons: ['NO_LUNG'], hasEnoughLung: false };
  return {
    lungs: anatomy.lungs && resampleNearest(anatomy.lungs, working, size),
    reasons: isChest(signs, unit === 'HU') ? [] : ['NOT_CHEST'],
    hasEnoughLung: signs.lungOfBody >= bounds.enoughLung,
  };
}

function isChest(signs: ChestSigns, isHu: boolean): boolean {
  const contrast = isHu ? signs.contrast / 1500 : signs.contrast;
  return (
    signs.lungOfBody <= mostLung &&
    signs.bodyAspect >= bounds.leastAspect &&
    signs.grain <= bounds.mostGrain &&
    contrast >= bounds.leastContrast &&
    signs.middle >= bounds.middle.least &&
    signs.middle <= bounds.middle.most &&
    !isScreenshot(signs)
  );
}

function isScreenshot({ bodyOfPicture, clutter }: ChestSigns): boolean {
  const { mostBody, leastClutter } = bounds.screenshot;
  return bodyOfPicture <= mostBody && clutter >= leastClutter;
}
