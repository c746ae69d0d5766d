import { CtError } from '@groundglass/core';
import type { StoredPair } from '../features/features-cache.js';
import type { GreyPicture } from '../features/grey-picture.js';
import type { Keypoints } from '../features/keypoints.js';
import type { DatasetProgress } from '../import/import-options.js';
import { comparedPicture, comparePixels, type ComparedPicture } from './compare-pixels.js';
import { findCandidates } from './find-candidates.js';
import { register, type Registration } from './register.js';

/** A picture to look for copies of. */
export interface DuplicateInput {
  readonly points: Keypoints;
  /** Names the pixels, so that a comparison can be remembered. */
  readonly hash: string;
}

/** Two pictures that show the same. */
export interface DuplicatePair extends StoredPair {
  readonly a: number;
  readonly b: number;
  /** `copy`: one picture, whatever was done to it. `neighbour`: slices of one scan that lie side by side. */
  readonly kind: 'copy' | 'neighbour';
  readonly registration: Registration;
}

/** How duplicates are looked for. */
export interface DuplicateOptions {
  /** Decodes a picture; called for the few pairs that are verified. */
  readonly load: (index: number) => Promise<GreyPicture | undefined>;
  /** Leaves out pairs that need no report. */
  readonly wanted?: (a: number, b: number) => boolean;
  readonly remembered?: {
    findPair(a: string, b: string): StoredPair | undefined;
    setPair(a: string, b: string, pair: StoredPair): void;
  };
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DatasetProgress) => void) | undefined;
}

/** Pictures that are kept decoded while pairs are verified. */
const keptPictures = 64;

/**
 * Bounds chosen on real slices. Of COVID-CT and COVID-Seg, unrelated slices reach a detail of 0.70, neighbours of one scan 0.55 to 0.89,
 * copies 0.9 and more.
 */
const bounds = {
  copy: { detail: 0.9, overlap: 0.3 },
  neighbour: { detail: 0.55, grey: 0.87, inliers: 10, scale: 0.15 },
} as const;

/**
 * Finds copies (flipped, cropped, padded, rescaled, re-encoded, of another window) and neighbouring slices: candidates by hashed points,
 * registration by the points' places, verification by the pixels that lie on each other.
 *
 * @throws {CtError} `CT_CANCELLED`.
 */
export async function findDuplicates(
  pictures: readonly DuplicateInput[],
  { load, wanted, remembered, signal, onProgress }: DuplicateOptions,
): Promise<DuplicatePair[]> {
  const points = pictures.map((picture) => picture.points);
  const candidates = findCandidates(points, (done, total) => {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Comparing was cancelled');
    if (done % 64 === 0 || done === total) onProgress?.({ phase: 'comparing', done, total });
  }).filter(([a, b]) => wanted?.(a, b) ?? true);
  const kept = new Map<number, ComparedPicture | undefined>();
  const pictureOf = async (index: number) => {
    if (!kept.has(index)) {
      if (kept.size >= keptPictures) kept.delete(kept.keys().next().value!);
      const grey = await load(index);
      kept.set(index, grey && comparedPicture(grey));
    }
    return kept.get(index);
  };
  const pairs: DuplicatePair[] = [];
  for (const [i, [a, b]] of candidates.entries()) {
    if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Comparing was cancelled');
    const registration = register(points[a]!, points[b]!);
    onProgress?.({ phase: 'verifying', done: i + 1, total: candidates.length });
    if (!registration) continue;
    const [hashA, hashB] = [pictures[a]!.hash, pictures[b]!.hash];
    let agreement = remembered?.findPair(hashA, hashB);
    if (!agreement) {
      const [pictureA, pictureB] = [await pictureOf(a), await pictureOf(b)];
      if (!pictureA || !pictureB) continue;
      agreement = comparePixels(pictureA, pictureB, registration);
      remembered?.setPair(hashA, hashB, agreement);
    }
    const kind = kindOf(agreement, registration);
    if (kind) pairs.push({ a, b, kind, registration, ...agreement });
  }
  return pairs;
}

function kindOf(
  { detail, grey, overlap }: StoredPair,
  { inliers, scaleX, scaleY, mirrored }: Registration,
): DuplicatePair['kind'] | undefined {
  if (detail >= bounds.copy.detail && overlap >= bounds.copy.overlap) return 'copy';
  const { neighbour } = bounds;
  const isNear =
    !mirrored &&
    Math.abs(Math.log(scaleX)) < neighbour.scale &&
    Math.abs(Math.log(scaleY)) < neighbour.scale;
  return isNear &&
    inliers >= neighbour.inliers &&
    detail >= neighbour.detail &&
    grey >= neighbour.grey
    ? 'neighbour'
    : undefined;
}
