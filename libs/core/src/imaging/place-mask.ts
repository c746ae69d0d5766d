import { resample, type PictureSize } from './resample.js';
import type { CropBox } from './to-model-input.js';

/**
 * Places the model's mask back on the full slice: resampled (bilinear, antialiased where it shrinks) to the part that the
 * model saw, 0 elsewhere.
 *
 * @param mask `rows * columns` lesion probabilities of `maskSize`, for the model `[S, S]`.
 * @param cropBox the part of the slice that the model saw, from `toModelInput`.
 * @returns `rows * columns` probabilities of `sliceSize`.
 * @throws {RangeError} when the mask does not fit its size or the box reaches out of the slice.
 */
export function placeMask(
  mask: Float32Array,
  maskSize: PictureSize,
  cropBox: CropBox,
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
  const part = resample(mask, maskSize, { columns, rows });
  if (columns === sliceSize.columns && rows === sliceSize.rows) return part;
  const result = new Float32Array(sliceSize.columns * sliceSize.rows);
  for (let row = 0; row < rows; row++) {
    result.set(
      part.subarray(row * columns, (row + 1) * columns),
      (top + row) * sliceSize.columns + left,
    );
  }
  return result;
}
