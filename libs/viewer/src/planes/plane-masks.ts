import { decodeMask, type SlicePrediction } from '@groundglass/core/browser';
import type { PlaneName } from './plane-shape.js';

/** Milliseconds of decoding per call, so that the page stays responsive. */
const budget = 12;

interface DecodedMask {
  readonly width: number;
  readonly height: number;
  /** Lesion probabilities times 255. */
  readonly values: Uint8Array;
}

/** The model's masks along planes; each is decoded once, a few at a time. */
export class PlaneMasks {
  #decoded = new Map<SlicePrediction, DecodedMask | undefined>();

  /** Forgets the masks of another prediction. */
  clear(): void {
    this.#decoded.clear();
  }

  /**
   * @param size of the slices, whose row or column the plane is.
   * @returns lesion probabilities times 255 of the plane, and whether masks remain to be decoded; undefined without a mask.
   */
  along(
    plane: PlaneName,
    index: number,
    size: { readonly columns: number; readonly rows: number; readonly sliceCount: number },
    slices: readonly SlicePrediction[],
  ): { readonly mask: Uint8Array | undefined; readonly isComplete: boolean } {
    const width = plane === 'coronal' ? size.columns : size.rows;
    const across = plane === 'coronal' ? size.rows : size.columns;
    const until = performance.now() + budget;
    let isComplete = true;
    let mask: Uint8Array | undefined;
    for (const slice of slices) {
      if (!slice.mask) continue;
      if (!this.#decoded.has(slice)) {
        if (performance.now() > until) {
          isComplete = false;
          continue;
        }
        this.#decoded.set(slice, decode(slice));
      }
      const decoded = this.#decoded.get(slice);
      if (!decoded || slice.index >= size.sliceCount) continue;
      mask ??= new Uint8Array(width * size.sliceCount);
      const [alongCount, acrossCount] =
        plane === 'coronal' ? [decoded.width, decoded.height] : [decoded.height, decoded.width];
      const fixed = Math.floor(((index + 0.5) / across) * acrossCount);
      for (let at = 0; at < width; at++) {
        const moving = Math.floor(((at + 0.5) / width) * alongCount);
        mask[slice.index * width + at] =
          decoded.values[
            plane === 'coronal' ? fixed * decoded.width + moving : moving * decoded.width + fixed
          ]!;
      }
    }
    return { mask, isComplete };
  }
}

function decode({ mask }: SlicePrediction): DecodedMask | undefined {
  if (!mask) return undefined;
  try {
    const values = Uint8Array.from(decodeMask(mask), (share) => Math.round(share * 255));
    return { width: mask.width, height: mask.height, values };
  } catch {
    // The slice itself reports what is wrong with its mask.
    return undefined;
  }
}
