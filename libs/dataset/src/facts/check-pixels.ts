import type { FileFacts, FileFailure } from './file-facts.js';

/** Grey values that a mask may have: 0 and a few classes. */
const mostMaskLevels = 8;
/** A picture that nowhere reaches this share of its range is blank. */
const darkestHigh = 1 / 12;

/** Why a slice is not usable for training, or undefined. */
export function checkPicture(facts: FileFacts, index: number): string | undefined {
  const slice = facts.slices[index];
  if (!slice) return undefined;
  if (slice.low === slice.high) return `Expected a picture, every pixel has the value ${slice.low}`;
  // Core brightens such a picture; other programs show it black, and a model trained on it would see another scale.
  if (facts.depth === 16 && facts.warnings.includes('GREY_RANGE_GUESSED'))
    return 'Expected a picture that uses its 16 bits, its brightest pixel is far below white: are the values 12-bit? Scale them up';
  if (facts.unit === 'grey' && slice.high < darkestHigh)
    return `Expected a picture that can be seen, its brightest pixel has ${(100 * slice.high).toFixed(1)} % of white${facts.depth === 16 ? ': 12-bit values in a 16-bit file? Scale them up' : ''}`;
  return undefined;
}

/** Why a file is not a mask of the picture, or undefined. @param slice of the picture, if one is named. */
export function checkMask(
  picture: FileFacts,
  name: string,
  mask: FileFacts | FileFailure,
  slice: number | undefined,
): string | undefined {
  if ('problem' in mask) return `mask "${name}": ${mask.problem}`;
  if (mask.columns !== picture.columns || mask.rows !== picture.rows)
    return `Expected a mask of ${picture.columns}×${picture.rows} as the image, "${name}" has ${mask.columns}×${mask.rows}`;
  const needed = slice === undefined ? picture.sliceCount : 1;
  if (mask.sliceCount !== needed && mask.sliceCount !== picture.sliceCount)
    return `Expected a mask of ${picture.sliceCount} slices as the image, "${name}" has ${mask.sliceCount}`;
  const slices = mask.sliceCount === 1 || slice === undefined ? mask.slices : [mask.slices[slice]!];
  for (const { levels, nonZero } of slices) {
    if (levels > mostMaskLevels)
      return `Expected a mask of a few values, "${name}" has ${levels >= 17 ? '17 or more' : levels}${mask.format === 'jpeg' ? ': JPEG leaves noise where the mask is 0, save it as PNG' : ''}`;
    if (mask.warnings.includes('COLOUR_TO_GREY'))
      return `Expected a grey mask, "${name}" has colours: is it a palette or a picture of one?`;
    if (mask.format === 'jpeg' && levels > 2)
      return `Expected a mask of 0 and one value, "${name}" is a JPEG of ${levels} values: save it as PNG`;
    if (nonZero === 1)
      return `Expected a mask with pixels of 0 outside, "${name}" is set everywhere`;
  }
  return undefined;
}
