import { resample } from '@groundglass/core';
import type { Augmentation } from './augment.js';
import { jpegLoss } from './jpeg-loss.js';
import type { SeededRandom } from '@groundglass/core';

/** Degrades a picture like its way into a paper: a smaller size, JPEG loss. Values stay in 0–1. */
export function degrade(
  pixels: Float32Array,
  size: number,
  { downscale, jpeg }: Pick<Augmentation, 'downscale' | 'jpeg'>,
  random: SeededRandom,
): Float32Array {
  let result = pixels;
  if (random.chance(downscale)) {
    const small = Math.max(1, Math.round(size * random.uniform(0.4, 0.9)));
    const [full, less] = [size, small].map((side) => ({ columns: side, rows: side })) as [
      { columns: number; rows: number },
      { columns: number; rows: number },
    ];
    result = resample(resample(result, full, less), less, full);
  }
  if (random.chance(jpeg))
    result = jpegLoss(result, { columns: size, rows: size }, Math.round(random.uniform(35, 90)));
  return result;
}
