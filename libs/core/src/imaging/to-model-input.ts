import { modelWindow, type Window } from '../window.js';
import type { CtSlice } from '../volume.js';
import { chestBox } from './chest-box.js';
import { windowSlice } from './window-slice.js';

/** A rectangle of whole pixels. */
export interface CropBox {
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
}

/** What the model is given, and how it came from the slice. */
export interface ModelInput {
  /** Values in 0–1, row by row. */
  readonly data: Float32Array;
  /** One channel, rows, columns. */
  readonly shape: readonly [1, rows: number, columns: number];
  /** The window in HU that was applied; undefined where the slice is grey already. */
  readonly window: Window | undefined;
  readonly huLost: boolean;
  /** Which part of the slice the model sees; masks are placed back with it. */
  readonly cropBox: CropBox;
}

/**
 * Turns a slice into the model's input: the one place where training and serving prepare pixels. Hounsfield units are
 * windowed to [-1250, 250]; grey passes as it is. Resizing and normalising follow inside the model's graph.
 */
export function toModelInput(slice: CtSlice, { crop }: { crop: 'none' | 'chest' }): ModelInput {
  const huLost = slice.unit === 'grey';
  const window = huLost ? undefined : modelWindow;
  const whole = window ? windowSlice(slice, window) : clampGrey(slice.pixels);
  const cropBox = crop === 'chest' ? chestBox(slice) : wholeBox(slice);
  return {
    data: cut(whole, slice.columns, cropBox),
    shape: [1, cropBox.rows, cropBox.columns],
    window,
    huLost,
    cropBox,
  };
}

function wholeBox({ columns, rows }: CtSlice): CropBox {
  return { left: 0, top: 0, columns, rows };
}

function clampGrey(pixels: Float32Array): Float32Array {
  return pixels.map((value) => (value < 0 ? 0 : value > 1 ? 1 : value));
}

function cut(pixels: Float32Array, columns: number, box: CropBox): Float32Array {
  if (box.columns === columns && box.rows * columns === pixels.length) return pixels;
  const result = new Float32Array(box.columns * box.rows);
  for (let row = 0; row < box.rows; row++) {
    const from = (box.top + row) * columns + box.left;
    result.set(pixels.subarray(from, from + box.columns), row * box.columns);
  }
  return result;
}
