import { gaussianBlur } from './gaussian-blur.js';
import { scaledTo, trimmed, type GreyPicture } from './grey-picture.js';
import { describePoint, signature, wordsOfSignature } from './point-signature.js';

/** Points of a picture that can be found again in a copy, whatever was done to the copy. */
export interface Keypoints {
  readonly count: number;
  /** Columns and rows over the longer side. */
  readonly width: number;
  readonly height: number;
  /** Columns, rows and radii in units of the picture's longer side, without its frame. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly radius: Float32Array;
  /** 1 where the point is brighter than its surroundings. */
  readonly bright: Uint8Array;
  /** Signatures of the surroundings, `wordsOfSignature` words each. */
  readonly bits: Uint32Array;
}

/** Pixels of the longer side on which points are searched. */
const workingSide = 256;
const octaves = 3;
/** Scales of an octave. */
const intervals = 3;
const firstSigma = 1.6;
/** Only the strongest points of a picture are kept. */
export const mostPoints = 128;
/** Share of the picture's deviation: weaker extrema are noise. */
const leastContrast = 0.04;
/** Largest ratio of the principal curvatures: with more a point is on an edge and slides along it. */
const edgeRatio = 10;

interface Candidate {
  readonly x: number;
  readonly y: number;
  readonly radius: number;
  readonly strength: number;
  readonly bright: boolean;
  readonly level: GreyPicture;
  readonly column: number;
  readonly row: number;
  readonly sigma: number;
}

/**
 * Finds extrema of the difference of Gaussians in scale space, with signatures of their surroundings: Lowe 2004, "Distinctive image features from
 * scale-invariant keypoints", without the orientation of a point: turns by 90 degrees, flips and negatives reorder the bits of a signature, and
 * turns by a few degrees change few of them, as do scale, crop, padding, brightness, contrast and lossy coding.
 */
export function findKeypoints(picture: GreyPicture): Keypoints {
  const working = normalised(scaledTo(trimmed(picture), workingSide));
  const found: Candidate[] = [];
  let base = gaussianBlur(working, Math.sqrt(firstSigma ** 2 - 0.5 ** 2));
  const side = Math.max(working.columns, working.rows);
  for (let octave = 0; octave < octaves; octave++) {
    if (Math.min(base.columns, base.rows) < 16) break;
    const levels = [base];
    for (let i = 1; i < intervals + 3; i++) {
      const before = firstSigma * 2 ** ((i - 1) / intervals);
      levels.push(gaussianBlur(levels[i - 1]!, before * Math.sqrt(2 ** (2 / intervals) - 1)));
    }
    findExtrema(levels, 2 ** octave, side, found);
    base = halved(levels[intervals]!);
  }
  found.sort((a, b) => b.strength - a.strength);
  const kept = found.slice(0, mostPoints);
  const count = kept.length;
  const points = {
    count,
    width: working.columns / side,
    height: working.rows / side,
    x: new Float32Array(count),
    y: new Float32Array(count),
    radius: new Float32Array(count),
    bright: new Uint8Array(count),
    bits: new Uint32Array(count * wordsOfSignature),
  };
  for (const [i, { x, y, radius, bright, level, column, row, sigma }] of kept.entries()) {
    points.x[i] = x;
    points.y[i] = y;
    points.radius[i] = radius;
    points.bright[i] = bright ? 1 : 0;
    const descriptor = describePoint(level, column, row, sigma);
    points.bits.set(signature(descriptor), i * wordsOfSignature);
  }
  return points;
}

/** Mean 0 and deviation 1: brightness and contrast change no point. */
function normalised({ columns, rows, pixels }: GreyPicture): GreyPicture {
  let sum = 0;
  for (let i = 0; i < pixels.length; i++) sum += pixels[i]!;
  const mean = sum / pixels.length;
  let squares = 0;
  for (let i = 0; i < pixels.length; i++) squares += (pixels[i]! - mean) * (pixels[i]! - mean);
  const scale = 1 / Math.max(Math.sqrt(squares / pixels.length), 1e-6);
  const result = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) result[i] = (pixels[i]! - mean) * scale;
  return { columns, rows, pixels: result };
}

function halved({ columns, rows, pixels }: GreyPicture): GreyPicture {
  const [width, height] = [Math.floor(columns / 2), Math.floor(rows / 2)];
  const result = new Float32Array(width * height);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      result[row * width + column] = pixels[2 * row * columns + 2 * column]!;
  return { columns: width, rows: height, pixels: result };
}

/** @param step pixels of the working picture between pixels of these levels, which `halved` takes from its upper left. */
function findExtrema(
  levels: readonly GreyPicture[],
  step: number,
  side: number,
  found: Candidate[],
): void {
  const { columns, rows } = levels[0]!;
  const differences = levels.slice(1).map(({ pixels }, i) => {
    const before = levels[i]!.pixels;
    const difference = new Float32Array(pixels.length);
    for (let at = 0; at < pixels.length; at++) difference[at] = pixels[at]! - before[at]!;
    return difference;
  });
  for (let i = 1; i <= intervals; i++) {
    const [below, here, above] = [differences[i - 1]!, differences[i]!, differences[i + 1]!];
    for (let row = 4; row < rows - 4; row++) {
      for (let column = 4; column < columns - 4; column++) {
        const at = row * columns + column;
        const value = here[at]!;
        if (value < leastContrast && value > -leastContrast) continue;
        if (!isExtremum(value, at, columns, below, here, above)) continue;
        if (isEdge(here, at, columns)) continue;
        const sigma = firstSigma * 2 ** (i / intervals);
        found.push({
          x: (column * step + 0.5) / side,
          y: (row * step + 0.5) / side,
          radius: (sigma * step) / side,
          strength: Math.abs(value),
          // Blurring darkens what is brighter than its surroundings.
          bright: value < 0,
          level: levels[i]!,
          column,
          row,
          sigma,
        });
      }
    }
  }
}

function isExtremum(
  value: number,
  at: number,
  columns: number,
  below: Float32Array,
  here: Float32Array,
  above: Float32Array,
): boolean {
  const sign = value > 0 ? 1 : -1;
  const size = value * sign;
  // Most positions fail here.
  if (here[at - 1]! * sign >= size || here[at + 1]! * sign >= size) return false;
  for (let dy = -columns; dy <= columns; dy += columns) {
    for (let i = at + dy - 1; i <= at + dy + 1; i++) {
      if (i !== at && here[i]! * sign >= size) return false;
      if (below[i]! * sign >= size || above[i]! * sign >= size) return false;
    }
  }
  return true;
}

function isEdge(here: Float32Array, at: number, columns: number): boolean {
  const value = here[at]!;
  const xx = here[at + 1]! + here[at - 1]! - 2 * value;
  const yy = here[at + columns]! + here[at - columns]! - 2 * value;
  const xy =
    (here[at + columns + 1]! -
      here[at + columns - 1]! -
      here[at - columns + 1]! +
      here[at - columns - 1]!) /
    4;
  const determinant = xx * yy - xy * xy;
  return determinant <= 0 || (xx + yy) ** 2 * edgeRatio >= (edgeRatio + 1) ** 2 * determinant;
}
