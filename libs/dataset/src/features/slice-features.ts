import {
  inspectSlice,
  resample,
  resampleNearest,
  type CtSlice,
  type WithheldCode,
} from '@groundglass/core';
import { greyPicture, type GreyPicture } from './grey-picture.js';
import { findKeypoints, type Keypoints } from './keypoints.js';
import { whiteMarks, type Mark } from './marks.js';
import { wordsOfSignature } from './point-signature.js';

/** What audit and baselines use instead of the picture. */
export interface SliceFeatures {
  readonly points: Keypoints;
  /** Lung pixels over all; null if no lungs were found. */
  readonly lungShare: number | null;
  /** Why it is not an axial slice of a chest with lungs, as in a prediction. */
  readonly reasons: readonly WithheldCode[];
  /** Statistics of grey over the whole picture. */
  readonly grey: readonly number[];
  /** The outer ring of the picture, an eighth of its side wide, at 16×16, 0–255. */
  readonly ring: Uint8Array;
  /** The picture at 12×12 with its lungs filled with the grey around them, 0–255. */
  readonly masked: Uint8Array;
  /** The picture at 8×8, 0–255. */
  readonly thumbnail: Uint8Array;
  readonly marks: readonly Mark[];
}

const ringSide = 16;
const ringWidth = 2;
const maskedSide = 12;
const thumbnailSide = 8;

/** Computes the features of one slice. */
export function sliceFeatures(slice: CtSlice): SliceFeatures {
  const picture = greyPicture(slice);
  const { lungs, reasons } = inspectSlice(slice);
  const marks = slice.unit === 'grey' ? whiteMarks(picture) : undefined;
  return {
    points: findKeypoints(picture),
    lungShare: lungs ? lungs.reduce((sum, value) => sum + value, 0) / lungs.length : null,
    reasons,
    grey: greyStatistics(picture.pixels).map((value) => Number(value.toPrecision(7))),
    ring: toBytes(picture, ringSide).filter((_, i) => {
      const [row, column] = [Math.floor(i / ringSide), i % ringSide];
      return Math.min(row, column, ringSide - 1 - row, ringSide - 1 - column) < ringWidth;
    }),
    masked: toBytes(withoutLungs(picture, lungs), maskedSide),
    thumbnail: toBytes(picture, thumbnailSide),
    marks: marks ? [marks] : [],
  };
}

function toBytes({ columns, rows, pixels }: GreyPicture, side: number): Uint8Array {
  const small = resample(pixels, { columns, rows }, { columns: side, rows: side });
  return Uint8Array.from(small, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}

/**
 * Fills the lungs with the mean grey of the rest (Maguolo and Nanni 2021, "A critic evaluation of methods for COVID-19 automatic
 * detection from X-ray images", blacked them out by a box). If no lungs are found, fills an ellipse in the middle, which
 * would hold them.
 */
function withoutLungs(
  { columns, rows, pixels }: GreyPicture,
  lungs: Uint8Array | undefined,
): GreyPicture {
  const hidden = lungs ? grown(lungs, columns, rows) : ellipse(columns, rows);
  let [sum, count] = [0, 0];
  for (let i = 0; i < pixels.length; i++)
    if (!hidden[i]) {
      sum += pixels[i]!;
      count++;
    }
  const fill = count > 0 ? sum / count : 0.5;
  const result = pixels.slice();
  for (let i = 0; i < result.length; i++) if (hidden[i]) result[i] = fill;
  return { columns, rows, pixels: result };
}

/** Grows a mask by about 3 % of the picture's side, so that the lungs' rim is hidden too. */
function grown(mask: Uint8Array, columns: number, rows: number): Uint8Array {
  const size = { columns: 64, rows: 64 };
  const small = resampleNearest(mask, { columns, rows }, size);
  const wide = small.map((_, i) => {
    const [row, column] = [Math.floor(i / 64), i % 64];
    for (let y = Math.max(0, row - 2); y <= Math.min(63, row + 2); y++)
      for (let x = Math.max(0, column - 2); x <= Math.min(63, column + 2); x++)
        if (small[y * 64 + x]) return 1;
    return 0;
  });
  return resampleNearest(wide, size, { columns, rows });
}

function ellipse(columns: number, rows: number): Uint8Array {
  return Uint8Array.from({ length: columns * rows }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    const x = (column + 0.5) / columns - 0.5;
    const y = (row + 0.5) / rows - 0.5;
    return (x / 0.42) ** 2 + (y / 0.38) ** 2 < 1 ? 1 : 0;
  });
}

/** Mean, deviation, skewness, kurtosis, five percentiles, shares of black and of white, entropy. */
function greyStatistics(pixels: Float32Array): number[] {
  const count = pixels.length;
  const histogram = new Float64Array(256);
  let mean = 0;
  for (let i = 0; i < count; i++) {
    const value = pixels[i]!;
    mean += value;
    histogram[Math.min(255, Math.max(0, Math.round(value * 255)))]!++;
  }
  mean /= count;
  for (let bin = 0; bin < 256; bin++) histogram[bin]! /= count;
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const away = pixels[i]! - mean;
    const square = away * away;
    second += square;
    third += square * away;
    fourth += square * square;
  }
  [second, third, fourth] = [second / count, third / count, fourth / count];
  const deviation = Math.sqrt(second);
  const safe = Math.max(second, 1e-12);
  const percentile = (share: number) => {
    let sum = 0;
    const bin = histogram.findIndex((part) => (sum += part) >= share);
    return (bin < 0 ? 255 : bin) / 255;
  };
  const black = histogram.subarray(0, 6).reduce((sum, part) => sum + part, 0);
  const white = histogram.subarray(250).reduce((sum, part) => sum + part, 0);
  const entropy = histogram.reduce(
    (sum, part) => (part > 0 ? sum - part * Math.log2(part) : sum),
    0,
  );
  return [
    mean,
    deviation,
    third / safe ** 1.5,
    fourth / safe ** 2,
    ...[0.05, 0.25, 0.5, 0.75, 0.95].map(percentile),
    black,
    white,
    entropy,
  ];
}

/** Features as JSON in the cache. */
export interface StoredFeatures {
  readonly lungShare: number | null;
  readonly reasons: readonly WithheldCode[];
  readonly grey: readonly number[];
  readonly marks: readonly Mark[];
  /** Base64. */
  readonly ring: string;
  readonly masked: string;
  readonly thumbnail: string;
  readonly count: number;
  readonly width: number;
  readonly height: number;
  /** Columns, rows and radii as 32-bit floats, the signatures, and a byte for each bright point; base64. */
  readonly points: string;
}

export function storeFeatures({
  points,
  ring,
  masked,
  thumbnail,
  ...rest
}: SliceFeatures): StoredFeatures {
  const { count, width, height, x, y, radius, bits, bright } = points;
  const parts = [x, y, radius, bits, bright];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return {
    ...rest,
    count,
    width: Number(width.toFixed(6)),
    height: Number(height.toFixed(6)),
    ring: toBase64(ring),
    masked: toBase64(masked),
    thumbnail: toBase64(thumbnail),
    points: toBase64(bytes),
  };
}

export function restoreFeatures({
  points,
  count,
  width,
  height,
  ring,
  masked,
  thumbnail,
  ...rest
}: StoredFeatures): SliceFeatures {
  const { buffer } = fromBase64(points);
  const words = count * wordsOfSignature;
  return {
    ...rest,
    ring: fromBase64(ring),
    masked: fromBase64(masked),
    thumbnail: fromBase64(thumbnail),
    points: {
      count,
      width,
      height,
      x: new Float32Array(buffer, 0, count),
      y: new Float32Array(buffer, 4 * count, count),
      radius: new Float32Array(buffer, 8 * count, count),
      bits: new Uint32Array(buffer, 12 * count, words),
      bright: new Uint8Array(buffer, 12 * count + 4 * words, count),
    },
  };
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}

function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  return bytes;
}
