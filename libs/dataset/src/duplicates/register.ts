import type { Keypoints } from '../features/keypoints.js';
import {
  negativeBit,
  placeInVariant,
  transposedBit,
  type PictureVariant,
} from '../features/picture-variant.js';
import { signatureDistance, variantSignatures } from '../features/point-signature.js';

/**
 * The placement of picture B on picture A, in units of each one's longer side: B is turned by `variant`, and its point `b` maps to
 * `(xx * b.x + xy * b.y + shiftX, yx * b.x + yy * b.y + shiftY)`.
 */
export interface Registration {
  readonly variant: PictureVariant;
  readonly xx: number;
  readonly xy: number;
  readonly yx: number;
  readonly yy: number;
  readonly shiftX: number;
  readonly shiftY: number;
  readonly scaleX: number;
  readonly scaleY: number;
  /** Degrees clockwise, in addition to the variant's quarter turns. */
  readonly angle: number;
  /** Matching points in the overlap of both pictures. */
  readonly matches: number;
  /** The number of them that coincide. */
  readonly inliers: number;
  /** Median deviation of these, in units of A's longer side. */
  readonly distance: number;
}

/** Bits of 128 in which two views of one point may differ. */
const mostBits = 36;
/** A point's best match must be better than its second best by this. */
const leastAhead = 6;
/** How far a point may deviate from the fit, in units of the longer side. */
const tolerance = 0.02;
const largestScale = 4;
/** Signatures match up to about this rotation, in radians. */
const largestAngle = 0.3;
/** Height and width may be scaled differently by this, and a right angle may be off by this in radians. */
const [mostStretch, mostShear] = [1.5, 0.08];
/** Fewer points may agree by chance. */
export const leastInliers = 6;
/** Fewer points do not determine six unknowns. */
const leastForTurn = 8;
/** A rotation is accepted if it leaves at most this part of the error. */
const worthATurn = 0.7;

interface Match {
  readonly ax: number;
  readonly ay: number;
  readonly bx: number;
  readonly by: number;
  /** Logarithm of A's radius over B's. */
  readonly scale: number;
}

type Placement = Pick<Registration, 'xx' | 'xy' | 'yx' | 'yy' | 'shiftX' | 'shiftY'>;

/**
 * Finds scale, shift and a small rotation that map points of a variant of B onto the same points of A. Every pair of matches proposes one;
 * the one that most matches agree with is fitted by least squares.
 *
 * @returns undefined if fewer than six points agree.
 */
export function register(
  a: Keypoints,
  b: Keypoints,
  variant: PictureVariant,
): Registration | undefined {
  const matches = matchesOf(a, b, variant);
  const proposed = propose(matches);
  if (proposed.length < leastInliers) return undefined;
  const upright = refine(matches, proposed, fitUpright);
  const turned = proposed.length >= leastForTurn ? refine(matches, proposed, fitTurned) : undefined;
  // A rotation has two more unknowns and must explain clearly more.
  const best = turned && (!upright || turned.error < worthATurn * upright.error) ? turned : upright;
  if (!best) return undefined;
  const { xx, xy, yx, yy } = best.placement;
  const [scaleX, scaleY] = [Math.hypot(xx, yx), Math.hypot(xy, yy)];
  const angle = (Math.atan2(yx, xx) * 180) / Math.PI;
  const { placement, inliers, distance } = best;
  const shared = matches.filter((match) => isShared(match, placement, a, b, variant)).length;
  return {
    variant,
    ...placement,
    scaleX,
    scaleY,
    angle,
    inliers,
    matches: shared,
    distance,
  };
}

function matchesOf(a: Keypoints, b: Keypoints, variant: PictureVariant): Match[] {
  const bits = variantSignatures(b.bits, variant);
  const turned = (variant & negativeBit) === 0 ? 0 : 1;
  const bestOfB = new Int32Array(b.count).fill(-1);
  const distanceOfB = new Int32Array(b.count).fill(mostBits + 1);
  const bestOfA = new Int32Array(a.count).fill(-1);
  for (let i = 0; i < a.count; i++) {
    let [best, second, at] = [128, 128, -1];
    const bright = a.bright[i]! ^ turned;
    for (let j = 0; j < b.count; j++) {
      if (b.bright[j] !== bright) continue;
      const distance = signatureDistance(a.bits, i, bits, j);
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
    const [bx, by] = placeInVariant(b.x[j]!, b.y[j]!, b, variant);
    const scale = Math.log2(a.radius[i]! / b.radius[j]!);
    matches.push({ ax: a.x[i]!, ay: a.y[i]!, bx, by, scale });
  }
  return matches;
}

/** The matches that agree with the best proposal of two of them. */
function propose(matches: readonly Match[]): Match[] {
  let best: Match[] = [];
  if (matches.length < leastInliers) return best;
  for (const [i, first] of matches.entries()) {
    for (let j = i + 1; j < matches.length; j++) {
      const second = matches[j]!;
      const [dax, day] = [second.ax - first.ax, second.ay - first.ay];
      const [dbx, dby] = [second.bx - first.bx, second.by - first.by];
      const square = dbx * dbx + dby * dby;
      // Two near points say little about the scale.
      if (square < 0.01) continue;
      const cosine = (dax * dbx + day * dby) / square;
      const sine = (day * dbx - dax * dby) / square;
      const scale = Math.hypot(cosine, sine);
      if (scale > largestScale || scale < 1 / largestScale) continue;
      if (cosine <= 0 || Math.abs(sine) > largestAngle * scale) continue;
      const placement = {
        xx: cosine,
        xy: -sine,
        yx: sine,
        yy: cosine,
        shiftX: first.ax - cosine * first.bx + sine * first.by,
        shiftY: first.ay - sine * first.bx - cosine * first.by,
      };
      const inliers = agreeing(matches, placement);
      if (inliers.length > best.length) best = inliers;
    }
    // Stop: too few matches remain to beat it.
    if (best.length > matches.length - i) break;
  }
  return best;
}

interface Fit {
  readonly placement: Placement;
  readonly inliers: number;
  /** Mean square of the distances. */
  readonly error: number;
  readonly distance: number;
}

/** Fits, keeps the matches that agree, and fits again. */
function refine(
  matches: readonly Match[],
  proposed: readonly Match[],
  fit: (matches: readonly Match[]) => Placement | undefined,
): Fit | undefined {
  let chosen = proposed;
  for (let round = 0; ; round++) {
    const placement = fit(chosen);
    if (!placement) return undefined;
    const inliers = agreeing(matches, placement);
    if (inliers.length < leastInliers) return undefined;
    if (round === 1) {
      const squares = inliers.map((match) => squareDistance(match, placement)).sort(ascending);
      const error = squares.reduce((sum, square) => sum + square, 0) / squares.length;
      const distance = Math.sqrt(squares[Math.floor(squares.length / 2)]!);
      return { placement, inliers: inliers.length, error, distance };
    }
    chosen = inliers;
  }
}

function fitUpright(matches: readonly Match[]): Placement | undefined {
  const [xx, shiftX] = line(matches.map(({ bx, ax }) => [bx, ax]));
  const [yy, shiftY] = line(matches.map(({ by, ay }) => [by, ay]));
  if (!(xx > 0 && yy > 0) || Math.max(xx / yy, yy / xx) > mostStretch) return undefined;
  return { xx, xy: 0, yx: 0, yy, shiftX, shiftY };
}

/** Least squares of all six unknowns; undefined if the result is not a rotated and scaled picture. */
function fitTurned(matches: readonly Match[]): Placement | undefined {
  const mean = (of: (match: Match) => number) =>
    matches.reduce((sum, match) => sum + of(match), 0) / matches.length;
  const [ax, ay] = [mean((m) => m.ax), mean((m) => m.ay)];
  const [bx, by] = [mean((m) => m.bx), mean((m) => m.by)];
  const moment = (one: (m: Match) => number, other: (m: Match) => number) =>
    mean((m) => one(m) * other(m));
  const [x, y] = [(m: Match) => m.bx - bx, (m: Match) => m.by - by];
  const [u, v] = [(m: Match) => m.ax - ax, (m: Match) => m.ay - ay];
  const [sxx, sxy, syy] = [moment(x, x), moment(x, y), moment(y, y)];
  const determinant = sxx * syy - sxy * sxy;
  if (!(determinant > 1e-8)) return undefined;
  const solve = (to: (m: Match) => number): [number, number] => {
    const [tx, ty] = [moment(x, to), moment(y, to)];
    return [(tx * syy - ty * sxy) / determinant, (ty * sxx - tx * sxy) / determinant];
  };
  const [xx, xy] = solve(u);
  const [yx, yy] = solve(v);
  const [scaleX, scaleY] = [Math.hypot(xx, yx), Math.hypot(xy, yy)];
  const [angle, other] = [Math.atan2(yx, xx), Math.atan2(-xy, yy)];
  if (Math.abs(angle) > largestAngle || Math.abs(angle - other) > mostShear) return undefined;
  if (Math.max(scaleX / scaleY, scaleY / scaleX) > mostStretch) return undefined;
  return { xx, xy, yx, yy, shiftX: ax - xx * bx - xy * by, shiftY: ay - yx * bx - yy * by };
}

function agreeing(
  matches: readonly Match[],
  { xx, xy, yx, yy, shiftX, shiftY }: Placement,
): Match[] {
  const logScale = Math.log2((Math.hypot(xx, yx) + Math.hypot(xy, yy)) / 2);
  const result: Match[] = [];
  for (const match of matches) {
    const { ax, ay, bx, by, scale } = match;
    if (
      Math.abs(xx * bx + xy * by + shiftX - ax) < tolerance &&
      Math.abs(yx * bx + yy * by + shiftY - ay) < tolerance &&
      Math.abs(scale - logScale) < 0.6
    )
      result.push(match);
  }
  return result;
}

/** Whether each of two points is in the overlap of both pictures: points that a crop removed are no evidence. */
function isShared(
  { ax, ay, bx, by }: Match,
  { xx, xy, yx, yy, shiftX, shiftY }: Placement,
  a: Keypoints,
  b: Keypoints,
  variant: PictureVariant,
): boolean {
  const isTransposed = (variant & transposedBit) !== 0;
  const [wide, high] = isTransposed ? [b.height, b.width] : [b.width, b.height];
  const [u, v] = [ax - shiftX, ay - shiftY];
  const determinant = xx * yy - xy * yx;
  return (
    isIn((yy * u - xy * v) / determinant, wide) &&
    isIn((xx * v - yx * u) / determinant, high) &&
    isIn(xx * bx + xy * by + shiftX, a.width) &&
    isIn(yx * bx + yy * by + shiftY, a.height)
  );
}

function isIn(place: number, length: number): boolean {
  return place >= -tolerance && place <= length + tolerance;
}

/** Squared distance of a point of B from the point of A that it should match. */
function squareDistance(
  { ax, ay, bx, by }: Match,
  { xx, xy, yx, yy, shiftX, shiftY }: Placement,
): number {
  return (xx * bx + xy * by + shiftX - ax) ** 2 + (yx * bx + yy * by + shiftY - ay) ** 2;
}

function ascending(a: number, b: number): number {
  return a - b;
}

/** Slope and intercept of the least-squares line; slope 1 if all x are the same. */
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
