import type { Keypoints } from '../features/keypoints.js';
import { signatureDistance } from '../features/point-signature.js';

/** How picture B lies on picture A: `a = scale * b + shift`, after B is mirrored where `mirrored` is true. */
export interface Registration {
  readonly mirrored: boolean;
  readonly scaleX: number;
  readonly scaleY: number;
  readonly shiftX: number;
  readonly shiftY: number;
  /** Points of both pictures that lie on each other. */
  readonly inliers: number;
}

/** Bits of 128 in which two views of one point may differ. */
const mostBits = 36;
/** A point's best match must be better than its second best by this. */
const leastAhead = 6;
/** How far a point may lie from where the others put it, in units of the longer side. */
const tolerance = 0.02;
const largestScale = 4;
/** Fewer points agree by chance. */
export const leastInliers = 6;

interface Match {
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
  /** Logarithm of A's radius over B's. */
  readonly scale: number;
}

/**
 * Looks for scale and shift that bring points of B onto the same points of A, for B as it is and mirrored. Every pair of matches
 * proposes one; the one that most matches agree with is fitted by least squares.
 *
 * @returns undefined where fewer than six points agree.
 */
export function register(a: Keypoints, b: Keypoints): Registration | undefined {
  const plain = fit(matchesOf(a, b, false), false);
  const mirrored = fit(matchesOf(a, b, true), true);
  if (!plain || !mirrored) return plain ?? mirrored;
  return mirrored.inliers > plain.inliers ? mirrored : plain;
}

function matchesOf(a: Keypoints, b: Keypoints, mirrored: boolean): Match[] {
  const other = mirrored ? b.mirrored : b.bits;
  const bestOfB = new Int32Array(b.count).fill(-1);
  const distanceOfB = new Int32Array(b.count).fill(mostBits + 1);
  const bestOfA = new Int32Array(a.count).fill(-1);
  for (let i = 0; i < a.count; i++) {
    let [best, second, at] = [128, 128, -1];
    for (let j = 0; j < b.count; j++) {
      const distance = signatureDistance(a.bits, i, other, j);
      if (distance < best) [second, best, at] = [best, distance, j];
      else if (distance < second) second = distance;
    }
    if (best > mostBits || second - best < leastAhead) continue;
    bestOfA[i] = at;
    if (best < distanceOfB[at]!) {
      distanceOfB[at] = best;
      bestOfB[at] = i;
    }
  }
  const matches: Match[] = [];
  for (let i = 0; i < a.count; i++) {
    const j = bestOfA[i]!;
    if (j < 0 || bestOfB[j] !== i) continue;
    const bx = mirrored ? b.width - b.x[j]! : b.x[j]!;
    const scale = Math.log2(a.radius[i]! / b.radius[j]!);
    matches.push({ ax: a.x[i]!, ay: a.y[i]!, bx, by: b.y[j]!, scale });
  }
  return matches;
}

function fit(matches: readonly Match[], mirrored: boolean): Registration | undefined {
  if (matches.length < leastInliers) return undefined;
  let best: Match[] = [];
  for (const [i, first] of matches.entries()) {
    for (let j = i + 1; j < matches.length; j++) {
      const second = matches[j]!;
      const [dax, day] = [second.ax - first.ax, second.ay - first.ay];
      const [dbx, dby] = [second.bx - first.bx, second.by - first.by];
      const lengthB = Math.hypot(dbx, dby);
      // Two near points say little of the scale.
      if (lengthB < 0.1) continue;
      const scale = Math.hypot(dax, day) / lengthB;
      if (scale > largestScale || scale < 1 / largestScale) continue;
      if (Math.hypot(dax - scale * dbx, day - scale * dby) > 2 * tolerance) continue;
      const inliers = agreeing(
        matches,
        scale,
        scale,
        first.ax - scale * first.bx,
        first.ay - scale * first.by,
      );
      if (inliers.length > best.length) best = inliers;
    }
    // More matches than could beat it are not left.
    if (best.length > matches.length - i) break;
  }
  if (best.length < leastInliers) return undefined;
  for (let round = 0; round < 2; round++) {
    const [scaleX, shiftX] = line(best.map(({ bx, ax }) => [bx, ax]));
    const [scaleY, shiftY] = line(best.map(({ by, ay }) => [by, ay]));
    if (!(scaleX > 0 && scaleY > 0) || Math.max(scaleX / scaleY, scaleY / scaleX) > 1.5)
      return undefined;
    const inliers = agreeing(matches, scaleX, scaleY, shiftX, shiftY);
    if (inliers.length < leastInliers) return undefined;
    if (round === 1) return { mirrored, scaleX, scaleY, shiftX, shiftY, inliers: inliers.length };
    best = inliers;
  }
  return undefined;
}

function agreeing(
  matches: readonly Match[],
  scaleX: number,
  scaleY: number,
  shiftX: number,
  shiftY: number,
): Match[] {
  const logScale = Math.log2((scaleX + scaleY) / 2);
  return matches.filter(
    ({ ax, ay, bx, by, scale }) =>
      Math.abs(scaleX * bx + shiftX - ax) < tolerance &&
      Math.abs(scaleY * by + shiftY - ay) < tolerance &&
      Math.abs(scale - logScale) < 0.6,
  );
}

/** Slope and intercept of the least-squares line; slope 1 where all x are the same. */
function line(points: readonly (readonly [x: number, y: number])[]): [number, number] {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const [xx, xy] = points.reduce(
    ([a, b], [x, y]) => [a + (x - meanX) ** 2, b + (x - meanX) * (y - meanY)],
    [0, 0],
  );
  const slope = xx > 1e-9 ? xy / xx : 1;
  return [slope, meanY - slope * meanX];
}
