import type { PixelUnit } from '../contracts/volume.js';
import { nthSmallest } from '../imaging/nth-smallest.js';
import { otsuThreshold } from '../imaging/otsu-threshold.js';
import type { Anatomy } from './find-lungs.js';

/** The levels of two tissues in a slice, in its own unit. */
export interface GreyLevels {
  readonly lung: number;
  /** Always above `lung`. */
  readonly tissue: number;
}

/** Aerated lung and muscle; Hounsfield units mean the same in every slice. */
const hounsfield: GreyLevels = { lung: -870, tissue: 40 };
/** This share of the pixels in the lungs is darker than the lung level: disease brightens the rest. */
const aeratedShare = 0.15;
/** Levels nearer than this are noise of one tissue. */
const leastContrast = 0.12;
/** Padding and masked pixels. */
const black = 0.02;

/**
 * Finds the values of lung and of soft tissue. Grey comes in any window; the distance between the two is what all windows of one
 * slice share. Lung is a low quantile inside the lungs, tissue the median of the bright pixels in the body outside of them;
 * if no lungs were found both come from the two classes that Otsu's threshold makes of the pixels that are not black.
 *
 * @param pixels of the slice in which `anatomy` was found.
 * @returns undefined if the two cannot be told apart.
 */
export function greyLevels(
  pixels: Float32Array,
  { body, lungs }: Anatomy,
  unit: PixelUnit,
): GreyLevels | undefined {
  if (unit === 'HU') return hounsfield;
  const inBody = new Float32Array(pixels.length);
  let inBodyCount = 0;
  for (let at = 0; at < pixels.length; at++) {
    if (body[at] === 1 && pixels[at]! > black) inBody[inBodyCount++] = pixels[at]!;
  }
  const lit = inBody.subarray(0, inBodyCount);
  const threshold = otsuThreshold(lit);
  if (threshold === undefined) return undefined;
  const { dark, bright } = tissues(pixels, { body, lungs }, lit, threshold);
  const lung = quantile(dark, aeratedShare);
  const tissue = quantile(bright, 0.5);
  return tissue - lung >= leastContrast ? { lung, tissue } : undefined;
}

/** Candidate pixels for aerated lung and for muscle. Plain loops: a function call per pixel takes several times as long. */
function tissues(
  pixels: Float32Array,
  { body, lungs }: Anatomy,
  lit: Float32Array,
  threshold: number,
): { dark: Float32Array; bright: Float32Array } {
  const dark = new Float32Array(pixels.length);
  const bright = new Float32Array(pixels.length);
  let [darkCount, brightCount] = [0, 0];
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    if (lungs?.[at] === 1) dark[darkCount++] = value;
    else if (body[at] === 1 && value >= threshold) bright[brightCount++] = value;
  }
  if (!lungs) {
    for (let at = 0; at < lit.length; at++) {
      if (lit[at]! < threshold) dark[darkCount++] = lit[at]!;
    }
  }
  return { dark: dark.subarray(0, darkCount), bright: bright.subarray(0, brightCount) };
}

/** NaN if there are no values. */
function quantile(values: Float32Array, share: number): number {
  if (values.length === 0) return NaN;
  return nthSmallest(values, Math.floor(share * (values.length - 1)));
}
