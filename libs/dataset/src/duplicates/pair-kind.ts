import type { StoredPair } from '../features/features-cache.js';
import type { Registration } from './register.js';

/** `copy`: one picture, whatever was done to it. `neighbour`: adjacent slices of one scan. */
export type PairKind = 'copy' | 'neighbour';

export const pairKinds: readonly PairKind[] = ['copy', 'neighbour'];

/**
 * Bounds chosen on made copies of 48 real and drawn slices, on 1,508 slices of different patients and on neighbours of 27 scans;
 * docs/benchmarks.md has the results on other data.
 */
const bounds = {
  copy: { detail: 0.85, overlap: 0.3, doubt: 0.008, misplaced: 0.29 },
  neighbour: { detail: 0.55, grey: 0.87, inliers: 10, scale: 0.15, angle: 8 },
} as const;

/** A thousandth of the longer side; points nearer than that agree by the pixel grid. */
const leastDistance = 0.3;

/** Median deviation of the points in thousandths of the longer side, per agreeing point, over the square of the share of points that agree. */
function misplacedOf({ distance, inliers, matches }: Registration): number {
  return (Math.max(leastDistance, 1000 * distance) / inliers) * (matches / inliers) ** 2;
}

/**
 * How doubtful it is that two pictures are one: the detail that they do not share, times the deviation of their points, over the number of
 * agreeing points and the square of their share. Pictures of different patients may share the outlines of a chest and thus detail, but not
 * many points at exactly the same positions.
 */
export function doubtOf({ detail }: StoredPair, registration: Registration): number {
  return (1 - detail) * misplacedOf(registration);
}

/** Whether the pixels need to be compared: false if even perfect agreement would not make the pair of this kind. */
export function couldBe(kind: PairKind, registration: Registration): boolean {
  if (kind === 'copy') return misplacedOf(registration) < bounds.copy.misplaced;
  const { inliers, angle, scaleX, scaleY, variant } = registration;
  const { neighbour } = bounds;
  return (
    variant === 0 &&
    inliers >= neighbour.inliers &&
    Math.abs(angle) < neighbour.angle &&
    Math.abs(Math.log(scaleX)) < neighbour.scale &&
    Math.abs(Math.log(scaleY)) < neighbour.scale
  );
}

/** The relation of two registered pictures; undefined for pictures of different things. */
export function kindOf(agreement: StoredPair, registration: Registration): PairKind | undefined {
  const { detail, grey, overlap } = agreement;
  const { copy, neighbour } = bounds;
  if (
    couldBe('copy', registration) &&
    detail >= copy.detail &&
    overlap >= copy.overlap &&
    doubtOf(agreement, registration) < copy.doubt
  )
    return 'copy';
  return couldBe('neighbour', registration) && detail >= neighbour.detail && grey >= neighbour.grey
    ? 'neighbour'
    : undefined;
}
