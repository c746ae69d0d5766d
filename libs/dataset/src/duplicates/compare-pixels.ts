import { gaussianBlur } from '../features/gaussian-blur.js';
import { scaledTo, trimmed, type GreyPicture } from '../features/grey-picture.js';
import {
  mirroredBit,
  negativeBit,
  transposedBit,
  upsideDownBit,
} from '../features/picture-variant.js';
import type { Registration } from './register.js';
import { solveSymmetric } from './solve-symmetric.js';

/** How similar two registered pictures are where both have pixels. */
export interface PixelAgreement {
  /** Correlation of detail finer than a sixteenth of the picture, with equal weight everywhere: vessels, noise, letters. */
  readonly detail: number;
  /** Correlation of grey. */
  readonly grey: number;
  /** Share of the smaller picture that overlaps the other. */
  readonly overlap: number;
}

/** Pixels of the longer side on which pictures are compared. */
const comparedSide = 128;
/** If one picture shows a part of the other, the other is scaled down to it, but not further. */
const smallestSide = 40;
/** Ratio of the two pictures' scales from which it matters. */
const sameScale = 1.05;
const fineSigma = 1;
const coarseSigma = 5;
/** Detail fainter than this is flat background and counts less. */
const flat = 0.02;

/** The part of a picture that is compared, without its frame, scaled down. */
export function comparedPart(picture: GreyPicture): GreyPicture {
  return scaledTo(trimmed(picture), comparedSide);
}

interface Prepared {
  readonly grey: GreyPicture;
  readonly detail: Float32Array;
}

/** A picture prepared for comparison. */
export class ComparedPicture {
  readonly #prepared = new Map<number, Prepared>();
  readonly #picture: GreyPicture;

  /** @param picture as returned by `comparedPart`. */
  constructor(picture: GreyPicture) {
    this.#picture = picture;
  }

  /** Normalises the picture's local detail, so that another window changes little. @param side pixels of the longer side. */
  at(side: number): Prepared {
    const known = this.#prepared.get(side);
    if (known) return known;
    const scaled = side === comparedSide ? this.#picture : scaledTo(this.#picture, side);
    const grey = gaussianBlur(scaled, fineSigma);
    const coarse = gaussianBlur(grey, coarseSigma).pixels;
    const detail = new Float32Array(coarse.length);
    const squares = new Float32Array(coarse.length);
    for (let i = 0; i < coarse.length; i++) {
      const difference = grey.pixels[i]! - coarse[i]!;
      detail[i] = difference;
      squares[i] = difference * difference;
    }
    const energy = gaussianBlur({ ...grey, pixels: squares }, coarseSigma).pixels;
    for (let i = 0; i < detail.length; i++) detail[i]! /= Math.sqrt(energy[i]!) + flat;
    const result = { grey, detail };
    // Few pairs need another side than the usual one.
    if (side === comparedSide) this.#prepared.set(side, result);
    return result;
  }
}

/** Places B on A, refines the placement by the pixels themselves, and correlates the two. */
export function comparePixels(
  one: ComparedPicture,
  other: ComparedPicture,
  registration: Registration,
): PixelAgreement {
  const { variant, scaleX, scaleY } = registration;
  // The picture that shows more in the same number of pixels is the blurred one; the other is brought down to it.
  const scale = Math.sqrt(scaleX * scaleY);
  const smaller = (ratio: number) =>
    ratio > sameScale ? Math.max(smallestSide, Math.round(comparedSide / ratio)) : comparedSide;
  const [a, b] = [one.at(smaller(scale)), other.at(smaller(1 / scale))];
  const sign = (variant & negativeBit) === 0 ? 1 : -1;
  let map = mapToB(a.grey, b.grey, registration);
  let best = correlate(a, b, map, sign);
  for (let round = 0; round < mostRounds; round++) {
    if (best.detail < worthMoving || best.detail > goodEnough) break;
    const moved = moveBetter(a, b, map, sign);
    const found = moved && correlate(a, b, moved, sign);
    if (!found || found.detail <= best.detail || found.overlap < best.overlap - 0.1) break;
    [best, map] = [found, moved];
  }
  return best;
}

/** Most steps of the refinement. */
const mostRounds = 6;
/** Pictures less similar than the first at their matched points do not match; ones more similar than the second need no step. */
const [worthMoving, goodEnough] = [0.5, 0.97];

/** A pixel of A maps to B's column `p[0] * column + p[1] * row + p[2]` and row `p[3] * column + p[4] * row + p[5]`. */
type PixelMap = readonly [number, number, number, number, number, number];

function mapToB(
  a: GreyPicture,
  b: GreyPicture,
  { variant, xx, xy, yx, yy, shiftX, shiftY }: Registration,
): PixelMap {
  const [sideA, sideB] = [a, b].map(({ columns, rows }) => Math.max(columns, rows)) as [
    number,
    number,
  ];
  const determinant = xx * yy - xy * yx;
  const isTransposed = (variant & transposedBit) !== 0;
  const [wide, high] = isTransposed ? [b.rows, b.columns] : [b.columns, b.rows];
  const place = (column: number, row: number): [number, number] => {
    const [u, v] = [(column + 0.5) / sideA - shiftX, (row + 0.5) / sideA - shiftY];
    // The position in the turned B, and from there in B as it is.
    let x = ((yy * u - xy * v) / determinant) * sideB;
    let y = ((xx * v - yx * u) / determinant) * sideB;
    if ((variant & mirroredBit) !== 0) x = wide - x;
    if ((variant & upsideDownBit) !== 0) y = high - y;
    return isTransposed ? [y - 0.5, x - 0.5] : [x - 0.5, y - 0.5];
  };
  const [origin, right, down] = [place(0, 0), place(1, 0), place(0, 1)];
  return [
    right[0] - origin[0],
    down[0] - origin[0],
    origin[0],
    right[1] - origin[1],
    down[1] - origin[1],
    origin[1],
  ];
}

/** Calls `see` for the pixels of A that overlap B, with their position in B. */
function overlay(
  a: GreyPicture,
  b: GreyPicture,
  [p0, p1, p2, p3, p4, p5]: PixelMap,
  see: (column: number, row: number, columnB: number, rowB: number) => void,
): void {
  for (let row = 0; row < a.rows; row++) {
    for (let column = 0; column < a.columns; column++) {
      const columnB = p0 * column + p1 * row + p2;
      const rowB = p3 * column + p4 * row + p5;
      if (columnB < 0 || rowB < 0 || columnB > b.columns - 1 || rowB > b.rows - 1) continue;
      see(column, row, columnB, rowB);
    }
  }
}

function correlate(a: Prepared, b: Prepared, map: PixelMap, sign: number): PixelAgreement {
  const detail = new Correlation();
  const grey = new Correlation();
  const [wideA, wideB] = [a.grey.columns, b.grey.columns];
  overlay(a.grey, b.grey, map, (column, row, columnB, rowB) => {
    const at = row * wideA + column;
    detail.add(a.detail[at]!, sampleAt(b.detail, wideB, columnB, rowB));
    grey.add(a.grey.pixels[at]!, sampleAt(b.grey.pixels, wideB, columnB, rowB));
  });
  const areaA = wideA * a.grey.rows;
  const areaB = (wideB * b.grey.rows) / Math.abs(map[0] * map[4] - map[1] * map[3]);
  return {
    detail: sign * detail.value(),
    grey: sign * grey.value(),
    overlap: Math.min(1, grey.count / Math.max(1, Math.min(areaA, areaB))),
  };
}

/** One Gauss–Newton step on the difference of the details (Lucas and Kanade 1981); undefined if the direction is undetermined. */
function moveBetter(a: Prepared, b: Prepared, map: PixelMap, sign: number): PixelMap | undefined {
  const unknowns = 6;
  const matrix = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  const slope = new Float64Array(unknowns);
  const { columns, rows } = a.grey;
  const wide = b.grey.columns;
  overlay(a.grey, b.grey, map, (column, row, columnB, rowB) => {
    if (columnB < 1 || rowB < 1 || columnB > wide - 2 || rowB > b.grey.rows - 2) return;
    const value = sign * sampleAt(b.detail, wide, columnB, rowB);
    const across =
      (sampleAt(b.detail, wide, columnB + 1, rowB) - sampleAt(b.detail, wide, columnB - 1, rowB)) /
      2;
    const down =
      (sampleAt(b.detail, wide, columnB, rowB + 1) - sampleAt(b.detail, wide, columnB, rowB - 1)) /
      2;
    const [x, y] = [column / columns - 0.5, row / rows - 0.5];
    slope[0] = sign * across * x;
    slope[1] = sign * across * y;
    slope[2] = sign * across;
    slope[3] = sign * down * x;
    slope[4] = sign * down * y;
    slope[5] = sign * down;
    const difference = a.detail[row * columns + column]! - value;
    for (let i = 0; i < unknowns; i++) {
      right[i]! += slope[i]! * difference;
      for (let j = 0; j <= i; j++) matrix[i * unknowns + j]! += slope[i]! * slope[j]!;
    }
  });
  const step = solveSymmetric(matrix, right);
  if (!step) return undefined;
  // Steps are relative to the picture's middle and edges; convert back to columns and rows.
  const [x, y, z, u, v, w] = step as unknown as PixelMap;
  return [
    map[0] + x / columns,
    map[1] + y / rows,
    map[2] + z - (x + y) / 2,
    map[3] + u / columns,
    map[4] + v / rows,
    map[5] + w - (u + v) / 2,
  ];
}

function sampleAt(pixels: Float32Array, columns: number, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [u, v] = [x - left, y - top];
  const at = top * columns + left;
  const right = u > 0 ? 1 : 0;
  const down = v > 0 ? columns : 0;
  return (
    (1 - v) * ((1 - u) * pixels[at]! + u * pixels[at + right]!) +
    v * ((1 - u) * pixels[at + down]! + u * pixels[at + down + right]!)
  );
}

/** Pearson's correlation, in one pass. */
class Correlation {
  count = 0;
  #a = 0;
  #b = 0;
  #aa = 0;
  #bb = 0;
  #ab = 0;

  add(a: number, b: number): void {
    this.count++;
    this.#a += a;
    this.#b += b;
    this.#aa += a * a;
    this.#bb += b * b;
    this.#ab += a * b;
  }

  /** 0 if one side is constant. */
  value(): number {
    const n = Math.max(1, this.count);
    const covariance = this.#ab / n - (this.#a / n) * (this.#b / n);
    const varianceA = this.#aa / n - (this.#a / n) ** 2;
    const varianceB = this.#bb / n - (this.#b / n) ** 2;
    return varianceA > 1e-12 && varianceB > 1e-12
      ? covariance / Math.sqrt(varianceA * varianceB)
      : 0;
  }
}
