import { modelWindow, resample, type CtSlice } from '@groundglass/core';

/** A picture in grey 0–1. */
export interface GreyPicture {
  readonly columns: number;
  readonly rows: number;
  /** `rows * columns` values. */
  readonly pixels: Float32Array;
}

/** A slice as grey 0–1: Hounsfield units in the model's window, grey unchanged; NaN becomes 0. */
export function greyPicture({ columns, rows, unit, pixels }: CtSlice): GreyPicture {
  const result = new Float32Array(pixels.length);
  const low = modelWindow.center - modelWindow.width / 2;
  for (let i = 0; i < pixels.length; i++) {
    const value = unit === 'HU' ? (pixels[i]! - low) / modelWindow.width : pixels[i]!;
    result[i] = value > 0 ? (value < 1 ? value : 1) : 0;
  }
  return { columns, rows, pixels: result };
}

/** The picture scaled so that its longer side has `side` pixels. */
export function scaledTo({ columns, rows, pixels }: GreyPicture, side: number): GreyPicture {
  const scale = side / Math.max(columns, rows);
  const size = {
    columns: Math.max(1, Math.round(columns * scale)),
    rows: Math.max(1, Math.round(rows * scale)),
  };
  return { ...size, pixels: resample(pixels, { columns, rows }, size) };
}

/** Grey values that a row or column of a frame may span: lossy coding leaves some. */
const frameSpan = 0.04;

/** The picture without single-grey rows and columns at its edges: padding, and air around the body. A picture of one grey stays. */
export function trimmed(picture: GreyPicture): GreyPicture {
  const { columns, rows, pixels } = picture;
  const spans = (first: number, step: number, count: number) => {
    let [low, high] = [Infinity, -Infinity];
    for (let i = 0, at = first; i < count; i++, at += step) {
      const value = pixels[at]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    return high - low > frameSpan;
  };
  let [top, bottom, left, right] = [0, rows, 0, columns];
  while (top < bottom && !spans(top * columns, 1, columns)) top++;
  while (bottom > top && !spans((bottom - 1) * columns, 1, columns)) bottom--;
  while (left < right && !spans(top * columns + left, columns, bottom - top)) left++;
  while (right > left && !spans(top * columns + right - 1, columns, bottom - top)) right--;
  const [width, height] = [right - left, bottom - top];
  if (width < 32 || height < 32 || (width === columns && height === rows)) return picture;
  const result = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    const start = (top + row) * columns + left;
    result.set(pixels.subarray(start, start + width), row * width);
  }
  return { columns: width, rows: height, pixels: result };
}
