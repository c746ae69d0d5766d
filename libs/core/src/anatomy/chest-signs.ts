import { boundingBox } from '../imaging/bounding-box.js';
import type { PictureSize } from '../imaging/resample.js';
import type { Anatomy } from './find-lungs.js';

/** What speaks for and against an axial slice of a chest, measured on what was taken for body and lungs. */
export interface ChestSigns {
  /** Lung pixels over body pixels. */
  readonly lungOfBody: number;
  /** Width over height of the box around the body. */
  readonly bodyAspect: number;
  /** Middle of the lungs, from 0 at the top of the body to 1 at its bottom. */
  readonly middle: number;
  /** Mean of the body without the lungs less that of the lungs, in the slice's unit. */
  readonly contrast: number;
  /** Mean difference of neighbours in the lung over the contrast: vessels and noise. */
  readonly grain: number;
}

/**
 * Measures the signs.
 *
 * @param pixels of the picture that `anatomy` was found in.
 * @returns undefined where no lung was found.
 */
export function chestSigns(
  pixels: Float32Array,
  size: PictureSize,
  { body, lungs }: Anatomy,
): ChestSigns | undefined {
  const box = boundingBox(body, size);
  if (!lungs || !box) return undefined;
  const lung = { pixels: 0, sum: 0, rows: 0, steps: 0, pairs: 0 };
  const tissue = { pixels: 0, sum: 0 };
  const { columns } = size;
  for (let row = box.top; row < box.top + box.rows; row++) {
    for (let column = box.left; column < box.left + box.columns; column++) {
      const at = row * columns + column;
      if (body[at] === 0) continue;
      const value = pixels[at]!;
      if (lungs[at] === 0) {
        tissue.pixels++;
        tissue.sum += value;
        continue;
      }
      lung.pixels++;
      lung.sum += value;
      lung.rows += row;
      if (column + 1 < columns && lungs[at + 1] === 1) {
        lung.steps += Math.abs(pixels[at + 1]! - value);
        lung.pairs++;
      }
    }
  }
  if (lung.pixels === 0) return undefined;
  const contrast = tissue.pixels === 0 ? 0 : tissue.sum / tissue.pixels - lung.sum / lung.pixels;
  return {
    lungOfBody: lung.pixels / (lung.pixels + tissue.pixels),
    bodyAspect: box.columns / box.rows,
    middle: (lung.rows / lung.pixels - box.top) / box.rows,
    contrast,
    grain: contrast > 0 ? lung.steps / Math.max(1, lung.pairs) / contrast : Infinity,
  };
}
