import type { Numbers } from './check.js';
import { checkBinary, checkNotEmpty, checkSameLength } from './check.js';

/** Pixel (or voxel) counts of two binary masks. */
export interface MaskOverlap {
  readonly reference: number;
  readonly prediction: number;
  readonly intersection: number;
}

/**
 * Counts where two masks (0 or 1, any shape, same length) overlap. Masks of 0/255 or of probabilities must be
 * thresholded first.
 *
 * @throws {RangeError} on empty input, a length mismatch, or a value other than 0 and 1.
 */
export function maskOverlap(reference: Numbers, prediction: Numbers): MaskOverlap {
  checkNotEmpty('reference', reference);
  checkSameLength('reference', reference, 'prediction', prediction);
  checkBinary('reference', reference);
  checkBinary('prediction', prediction);
  const counts = { reference: 0, prediction: 0, intersection: 0 };
  for (let i = 0; i < reference.length; i++) {
    const inReference = reference[i]!;
    const inPrediction = prediction[i]!;
    counts.reference += inReference;
    counts.prediction += inPrediction;
    counts.intersection += inReference & inPrediction;
  }
  return counts;
}

/**
 * Adds counts: `dice(poolOverlaps(slices))` is the Dice of all slices as one volume. The mean of the slices'
 * own Dice is a different number; report which one it is.
 */
export function poolOverlaps(overlaps: readonly MaskOverlap[]): MaskOverlap {
  const pooled = { reference: 0, prediction: 0, intersection: 0 };
  for (const overlap of overlaps) {
    pooled.reference += overlap.reference;
    pooled.prediction += overlap.prediction;
    pooled.intersection += overlap.intersection;
  }
  return pooled;
}

/** Dice 1945: `2 |A ∩ B| / (|A| + |B|)`. Two empty masks agree: 1. One empty mask: 0. */
export function dice({ reference, prediction, intersection }: MaskOverlap): number {
  const total = reference + prediction;
  return total === 0 ? 1 : (2 * intersection) / total;
}

/** Intersection over union (Jaccard): `|A ∩ B| / |A ∪ B|`. Two empty masks agree: 1. One empty mask: 0. */
export function iou({ reference, prediction, intersection }: MaskOverlap): number {
  const union = reference + prediction - intersection;
  return union === 0 ? 1 : intersection / union;
}
