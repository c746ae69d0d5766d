import { modelWindow, type Window } from '../imaging/window.js';
import type { CtSlice } from '../contracts/volume.js';
import type { Box } from '../imaging/bounding-box.js';
import { findChest } from '../anatomy/chest-box.js';
import { cut } from '../imaging/cut.js';
import { windowSlice } from '../imaging/window-slice.js';

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
  readonly cropBox: Box;
  /** What was done: `none` also where a chest crop was asked for and nothing plausible to crop to was found. */
  readonly crop: 'none' | 'chest';
}

/**
 * Turns a slice into the model's input: the one place where training and serving prepare pixels. Hounsfield units are
 * windowed to [-1250, 250]; grey passes as it is. Resizing and normalising follow inside the model's graph.
 */
export function toModelInput(slice: CtSlice, { crop }: { crop: 'none' | 'chest' }): ModelInput {
  const size = { columns: slice.columns, rows: slice.rows };
  const huLost = slice.unit === 'grey';
  const window = huLost ? undefined : modelWindow;
  const chest = crop === 'chest' ? findChest(slice) : undefined;
  const cropBox = chest?.box ?? { left: 0, top: 0, ...size };
  const whole = window ? windowSlice(slice, window) : clampGrey(slice.pixels);
  return {
    data: cut(whole, size, cropBox),
    shape: [1, cropBox.rows, cropBox.columns],
    window,
    huLost,
    cropBox,
    crop: chest === undefined || chest.around === 'whole' ? 'none' : 'chest',
  };
}

function clampGrey(pixels: Float32Array): Float32Array {
  const result = new Float32Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    result[at] = value > 0 ? (value < 1 ? value : 1) : 0;
  }
  return result;
}
