import type { Box } from '../imaging/bounding-box.js';
import { paste } from '../imaging/cut.js';
import { resample, type PictureSize } from '../imaging/resample.js';

/**
 * Places the model's mask back on the full slice: resampled (bilinear, antialiased where it shrinks) to the part that the
 * model saw, 0 elsewhere.
 *
 * @param mask `rows * columns` lesion probabilities of `maskSize`, for the model `[S, S]`.
 * @param cropBox the part of the slice that the model saw, from `toModelInput`.
 * @returns `rows * columns` probabilities of `sliceSize`.
 * @throws {RangeError} when the mask does not fit its size or the box extends outside the slice.
 */
export function placeMask(
  mask: Float32Array,
  maskSize: PictureSize,
  cropBox: Box,
  sliceSize: PictureSize,
): Float32Array {
  const { left, top, columns, rows } = cropBox;
  if (
    left < 0 ||
    top < 0 ||
    left + columns > sliceSize.columns ||
    top + rows > sliceSize.rows ||
    !Number.isInteger(left) ||
    !Number.isInteger(top)
  ) {
    throw new RangeError(
      `Expected a crop box inside ${sliceSize.columns}×${sliceSize.rows}, got ${columns}×${rows} at (${left}, ${top})`,
    );
  }
  return paste(resample(mask, maskSize, { columns, rows }), cropBox, sliceSize);
}
