import { decodeMask, resample, type SlicePrediction } from '@groundglass/core/browser';

/** A binary mask of a whole volume, 1 where a lesion is. */
export interface MaskVolume {
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  /** `sliceCount * rows * columns` values. */
  readonly values: Uint8Array;
}

/**
 * The model's masks of all slices at the size of the volume's; slices without a mask are empty.
 *
 * @param threshold lesion probability from which a pixel counts, 0–1.
 */
export function maskVolume(
  { columns, rows, sliceCount }: Omit<MaskVolume, 'values'>,
  slices: readonly SlicePrediction[],
  threshold: number,
): MaskVolume {
  const size = columns * rows;
  const values = new Uint8Array(size * sliceCount);
  for (const { index, mask } of slices) {
    if (!mask || index >= sliceCount) continue;
    const from = { columns: mask.width, rows: mask.height };
    const sized = resample(decodeMask(mask), from, { columns, rows });
    for (let at = 0; at < size; at++) values[index * size + at] = Number(sized[at]! >= threshold);
  }
  return { columns, rows, sliceCount, values };
}
