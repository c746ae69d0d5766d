/** Pixels of one slice; add them up over slices for the fraction of a volume. */
export interface LesionCounts {
  readonly lesion: number;
  /** Pixels of the lungs, lesions included. */
  readonly lung: number;
}

/**
 * Counts lesion and lung pixels. Lesions are in the lung, so lesion pixels that the lung mask missed (a consolidation is as bright
 * as the chest wall) count as lung as well, and the fraction stays in 0–1.
 *
 * @param mask `rows * columns` lesion probabilities, as `placeMask` returns them.
 * @param lung the lungs of the same slice from `lungMask`.
 * @param threshold a pixel is lesion if its probability is at least this.
 * @returns zero pixels if no lung was found: without it a fraction would mean nothing.
 * @throws {RangeError} when the masks differ in size.
 */
export function countLesion(
  mask: Float32Array,
  lung: Uint8Array | undefined,
  threshold: number,
): LesionCounts {
  if (!lung) return { lesion: 0, lung: 0 };
  return lesionCounts(countOverlap(mask, lung, threshold));
}

/** The count of {@link countLesion}: lesion pixels that the lung mask missed count as lung as well. */
export function lesionCounts({ lesion, lung, lesionInLung }: Overlap): LesionCounts {
  return { lesion, lung: lung + lesion - lesionInLung };
}

/** Raw pixel counts of a lesion mask, of the lungs and of both. */
export interface Overlap {
  readonly lesion: number;
  readonly lung: number;
  readonly lesionInLung: number;
}

/**
 * Counts the pixels of both masks in one pass.
 *
 * @param lung 0 outside; undefined if no lung was found, which counts none.
 * @throws {RangeError} when the masks differ in size.
 */
export function countOverlap(
  mask: Float32Array,
  lung: Uint8Array | undefined,
  threshold: number,
): Overlap {
  if (lung && lung.length !== mask.length) {
    throw new RangeError(`Expected a lung mask of ${mask.length} pixels, got ${lung.length}`);
  }
  const inside = lung ?? new Uint8Array(mask.length);
  let [lesions, lungs, both] = [0, 0, 0];
  for (let at = 0; at < mask.length; at++) {
    const isLesion = mask[at]! >= threshold ? 1 : 0;
    const isLung = inside[at] === 0 ? 0 : 1;
    lesions += isLesion;
    lungs += isLung;
    both += isLesion & isLung;
  }
  return { lesion: lesions, lung: lungs, lesionInLung: both };
}

/** Lesion pixels over lung pixels of one or more slices, in 0–1; null if no lung was found. */
export function lesionFraction(slices: readonly LesionCounts[]): number | null {
  const total = { lesion: 0, lung: 0 };
  for (const { lesion, lung } of slices) {
    total.lesion += lesion;
    total.lung += lung;
  }
  return total.lung === 0 ? null : total.lesion / total.lung;
}
