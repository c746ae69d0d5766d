import { gaussianBlur } from '../features/gaussian-blur.js';
import { scaledTo, trimmed, type GreyPicture } from '../features/grey-picture.js';
import type { Registration } from './register.js';

/** How much two registered pictures are alike where both have pixels. */
export interface PixelAgreement {
  /** Correlation of what is finer than a sixteenth of the picture, each place weighed alike: vessels, noise, letters. */
  readonly detail: number;
  /** Correlation of grey. */
  readonly grey: number;
  /** Share of the smaller picture that lies on the other. */
  readonly overlap: number;
}

/** Pixels of the longer side on which pictures are compared. */
export const comparedSide = 128;
const fineSigma = 1;
const coarseSigma = 5;
/** Detail fainter than this is flat ground and counts less. */
const flat = 0.02;

/** A picture ready to be compared. */
export interface ComparedPicture {
  readonly grey: GreyPicture;
  readonly detail: Float32Array;
}

/** Scales a picture down and brings its detail to one strength everywhere, so that another window changes little. */
export function comparedPicture(picture: GreyPicture): ComparedPicture {
  const grey = gaussianBlur(scaledTo(trimmed(picture), comparedSide), fineSigma);
  const coarse = gaussianBlur(grey, coarseSigma).pixels;
  const difference = grey.pixels.map((value, i) => value - coarse[i]!);
  const energy = gaussianBlur(
    { ...grey, pixels: difference.map((d) => d * d) },
    coarseSigma,
  ).pixels;
  return { grey, detail: difference.map((d, i) => d / (Math.sqrt(energy[i]!) + flat)) };
}

/** Lays B on A and correlates the two. */
export function comparePixels(
  a: ComparedPicture,
  b: ComparedPicture,
  { mirrored, scaleX, scaleY, shiftX, shiftY }: Registration,
): PixelAgreement {
  const [sideA, sideB] = [a.grey, b.grey].map(({ columns, rows }) => Math.max(columns, rows)) as [
    number,
    number,
  ];
  const detail = new Correlation();
  const grey = new Correlation();
  for (let row = 0; row < a.grey.rows; row++) {
    const y = ((row + 0.5) / sideA - shiftY) / scaleY;
    const rowB = y * sideB - 0.5;
    if (rowB < 0 || rowB > b.grey.rows - 1) continue;
    for (let column = 0; column < a.grey.columns; column++) {
      const x = ((column + 0.5) / sideA - shiftX) / scaleX;
      const across = x * sideB;
      const columnB = (mirrored ? b.grey.columns - across : across) - 0.5;
      if (columnB < 0 || columnB > b.grey.columns - 1) continue;
      const at = row * a.grey.columns + column;
      detail.add(a.detail[at]!, sampleAt(b.detail, b.grey.columns, columnB, rowB));
      grey.add(a.grey.pixels[at]!, sampleAt(b.grey.pixels, b.grey.columns, columnB, rowB));
    }
  }
  const areaA = a.grey.columns * a.grey.rows;
  const areaB = b.grey.columns * b.grey.rows * scaleX * scaleY * (sideA / sideB) ** 2;
  return {
    detail: detail.value(),
    grey: grey.value(),
    overlap: Math.min(1, grey.count / Math.max(1, Math.min(areaA, areaB))),
  };
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

  /** 0 where one side is constant. */
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
