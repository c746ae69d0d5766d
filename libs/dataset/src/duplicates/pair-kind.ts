import type { StoredPair } from '../features/features-cache.js';
import type { Registration } from './register.js';

/** `copy`: one picture, whatever was done to it. `neighbour`: slices of one scan that lie side by side. */
export type PairKind = 'copy' | 'neighbour';

export const pairKinds: readonly PairKind[] = ['copy', 'neighbour'];

/**
 * Bounds chosen on made copies of 48 real and drawn slices, on 1,508 slices of different patients and on neighbours of 27 scans; docs/benchmarks.md has what
 * was measured with others.
 */
const bounds = {
  copy: { detail: 0.85, overlap: 0.3, doubt: 0.008, misplaced: 0.29 },
  neighbour: { detail: 0.55, grey: 0.87, inliers: 10, scale: 0.15, angle: 8 },
} as const;

/** A thousandth of the longer side; points that lie nearer agree by the grid of pixels. */
const leastDistance = 0.3;

/** Thousandths of the longer side that points lie off, for each point that agrees, over the square of the share of points that do. */
function misplacedOf({ distance, inliers, matches }: Registration): number {
  return (Math.max(leastDistance, 1000 * distance) / inliers) * (matches / inliers) ** 2;
}

/**
 * How doubtful it is that two pictures are one: the detail that they do not share, times how far their points lie off, over the number of
 * points that agree and the square of their share. Pictures of different patients may have the outlines of a chest in common, and then share detail; but many points at exactly the
 * same places they have not.
 */
export function doubtOf({ detail }: StoredPair, registration: Registration): number {
  return (1 - detail) * misplacedOf(registration);
}

/** Whether the pixels need to be looked at: false where no agreement of theirs would make the pair of this kind. */
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

/** What two registered pictures are to each other; undefined for pictures of different things. */
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
