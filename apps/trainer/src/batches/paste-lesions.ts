import { resample } from '@groundglass/core';
import { cutOut, drawTransform, noAugmentation } from './augment.js';
import type { LoadedSample } from './load-sample.js';
import type { SeededRandom } from '@groundglass/core';

/** Side of the coarse mask that is enlarged to fade a lesion out at its edge. */
const fadeSide = 56;
/** Less lesion than this share of the lungs is not worth pasting. */
const leastShare = 0.01;

/**
 * Pastes the lesions of one patient into the lungs of another, so that pictures with and without disease come from one source. Both
 * slices are cropped to the chest and share one grey scale, so that a lesion lands at the matching place in the lung. It only brightens:
 * vessels of the slice stay visible through a haze.
 *
 * @param target a slice without disease, with lungs.
 * @param donor a slice with an exact lesion mask.
 * @returns undefined if too little of the lesions falls into the lungs.
 */
export function pasteLesions(
  target: LoadedSample,
  donor: LoadedSample,
  random: SeededRandom,
): LoadedSample | undefined {
  const { image, lungs } = target;
  if (!lungs || !donor.mask) return undefined;
  const { columns, rows } = image;
  const side = Math.max(columns, rows);
  const square = { columns: side, rows: side };
  const transform = {
    ...drawTransform(random, donor.image, noAugmentation),
    flip: random.chance(0.5),
  };
  const fit = (values: Float32Array) => resample(values, square, { columns, rows });
  const lesion = fit(cutOut(donor.image, transform, side));
  const coarse = { columns: fadeSide, rows: fadeSide };
  const faded = fit(resample(cutOut(donor.mask, transform, fadeSide), coarse, square));
  const strength = random.uniform(0.7, 1);
  const pasted = image.data.slice();
  const mask = new Float32Array(columns * rows);
  let [inLungs, inLesion] = [0, 0];
  for (let i = 0; i < pasted.length; i++) {
    if (lungs.data[i]! < 0.5) continue;
    inLungs++;
    const share = faded[i]! * strength;
    const brighter = lesion[i]! - pasted[i]!;
    if (brighter > 0) pasted[i]! += share * brighter;
    if (faded[i]! < 0.5) continue;
    mask[i] = 1;
    inLesion++;
  }
  if (inLesion < leastShare * inLungs) return undefined;
  return {
    ...target,
    image: { data: pasted, columns, rows },
    mask: { data: mask, columns, rows },
    pasted: true,
  };
}
