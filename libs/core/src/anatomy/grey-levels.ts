import type { PixelUnit } from '../contracts/volume.js';
import { nthSmallest } from '../imaging/nth-smallest.js';
import { otsuThreshold } from '../imaging/otsu-threshold.js';
import type { Anatomy } from './find-lungs.js';

/** What two tissues look like in a slice, in its own unit. */
export interface GreyLevels {
  readonly lung: number;
  /** Always above `lung`. */
  readonly tissue: number;
}

/** Aerated lung and muscle; Hounsfield units mean the same in every slice. */
const hounsfield: GreyLevels = { lung: -870, tissue: 40 };
/** Of the pixels in the lungs this share is darker than the level of lung: disease brightens the rest. */
const aeratedShare = 0.15;
/** Levels nearer than this are noise of one tissue. */
const leastContrast = 0.12;
/** Padding and masked pixels. */
const black = 0.02;

/**
 * Finds the values of lung and of soft tissue. Grey comes in any window, and the distance between the two is what all windows of one
 * slice share. Lung is a low quantile inside the lungs, tissue the median of the bright pixels in the body outside of them;
 * where no lungs were found both come from the two classes that Otsu's threshold makes of what is not black.
 *
 * @param pixels of the slice that `anatomy` was found in.
 * @returns undefined where the two cannot be told apart.
 */
export function greyLevels(
  pixels: Float32Array,
  { body, lungs }: Anatomy,
  unit: PixelUnit,
): GreyLevels | undefined {
  if (unit === 'HU') return hounsfield;
  const inBody = pick(pixels, (value, at) => body[at] === 1 && value > black);
  const threshold = otsuThreshold(inBody);
  if (threshold === undefined) return undefined;
  const dark = lungs
    ? pick(pixels, (_, at) => lungs[at] === 1)
    : pick(inBody, (value) => value < threshold);
  const bright = pick(
    pixels,
    (value, at) => body[at] === 1 && lungs?.[at] !== 1 && value >= threshold,
  );
  const lung = quantile(dark, aeratedShare);
  const tissue = quantile(bright, 0.5);
  return tissue - lung >= leastContrast ? { lung, tissue } : undefined;
}

/** The values that are asked for, in their order. A loop of its own: `filter` of a typed array takes ten times as long. */
function pick(
  values: Float32Array,
  isWanted: (value: number, at: number) => boolean,
): Float32Array {
  const picked = new Float32Array(values.length);
  let count = 0;
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (isWanted(value, at)) picked[count++] = value;
  }
  return picked.subarray(0, count);
}

/** NaN where there are no values. */
function quantile(values: Float32Array, share: number): number {
  if (values.length === 0) return NaN;
  return nthSmallest(values, Math.floor(share * (values.length - 1)));
}
