import { boundingBox } from '../imaging/bounding-box.js';
import type { PixelUnit } from '../contracts/volume.js';
import type { PictureSize } from '../imaging/resample.js';
import type { Anatomy } from './find-lungs.js';

/** Evidence for and against an axial chest slice, measured on the detected body and lungs. */
export interface ChestSigns {
  /** Lung pixels over body pixels. */
  readonly lungOfBody: number;
  /** Width over height of the box around the body. */
  readonly bodyAspect: number;
  /** Middle of the lungs, from 0 at the top of the body to 1 at its bottom. */
  readonly middle: number;
  /** Mean of the body without the lungs minus that of the lungs, in the slice's unit. */
  readonly contrast: number;
  /** Mean difference of neighbours in the lung divided by the contrast: vessels and noise. */
  readonly grain: number;
  /** Body pixels over all pixels. */
  readonly bodyOfPicture: number;
  /** Share of the pixels outside the body that differ from a neighbour by more than noise of air does: letters, buttons, lines. */
  readonly clutter: number;
}

/** Differences to the left and upper neighbour outside the body must add up to this to be an edge; in HU as a share of 1500 HU. */
const edgeStep = 0.13;
/** Width of the window that grey from 0 to 1 represents. */
const windowWidth = 1500;

/**
 * Measures the signs.
 *
 * @param pixels of the picture in which `anatomy` was found.
 * @returns undefined if no lung was found.
 */
export function chestSigns(
  pixels: Float32Array,
  size: PictureSize,
  { body, lungs }: Anatomy,
  unit: PixelUnit,
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
    ...surroundings(pixels, size, body, unit),
  };
}

/** What is around the body: in a CT air and a table, in a screenshot another program. */
function surroundings(
  pixels: Float32Array,
  { columns, rows }: PictureSize,
  body: Uint8Array,
  unit: PixelUnit,
): Pick<ChestSigns, 'bodyOfPicture' | 'clutter'> {
  const step = unit === 'HU' ? edgeStep * windowWidth : edgeStep;
  let [inBody, outside, edges] = [0, 0, 0];
  for (let row = 1; row < rows; row++) {
    for (let column = 1; column < columns; column++) {
      const at = row * columns + column;
      if (body[at] === 1) {
        inBody++;
        continue;
      }
      outside++;
      const value = pixels[at]!;
      if (Math.abs(value - pixels[at - 1]!) + Math.abs(value - pixels[at - columns]!) > step)
        edges++;
    }
  }
  return {
    bodyOfPicture: inBody / Math.max(1, inBody + outside),
    clutter: edges / Math.max(1, outside),
  };
}
