/** Agreement of a mask with the expert's on a slice. */
export interface Overlap {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly falseNegative: number;
  /** `2 TP / (2 TP + FP + FN)`; null if both masks are empty. */
  readonly dice: number | null;
}

/**
 * Counts the pixels that two masks share.
 *
 * @param mask lesion probability times 255.
 * @param truth the expert's mask, lesion if not 0.
 * @param threshold lesion probability from which a pixel counts, 0–1.
 * @throws {RangeError} when the masks differ in size.
 */
export function overlapOf(mask: Uint8Array, truth: Uint8Array, threshold: number): Overlap {
  if (mask.length !== truth.length) {
    throw new RangeError(
      `Expected masks of one size, got ${mask.length} and ${truth.length} pixels`,
    );
  }
  const from = threshold * 255;
  let truePositive = 0;
  let falsePositive = 0;
  let falseNegative = 0;
  for (let at = 0; at < mask.length; at++) {
    const found = mask[at]! >= from;
    if (truth[at]! > 0) {
      if (found) truePositive++;
      else falseNegative++;
    } else if (found) falsePositive++;
  }
  const total = 2 * truePositive + falsePositive + falseNegative;
  return {
    truePositive,
    falsePositive,
    falseNegative,
    dice: total === 0 ? null : (2 * truePositive) / total,
  };
}
