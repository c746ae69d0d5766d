import type { GreyLevels } from '../anatomy/grey-levels.js';
import { applyWindow, modelWindow, type Window } from '../imaging/window.js';
import type { CtSlice } from '../contracts/volume.js';
import type { Box } from '../imaging/bounding-box.js';
import { findChest } from '../anatomy/chest-box.js';
import { cut } from '../imaging/cut.js';
import { windowSlice } from '../imaging/window-slice.js';

/** The model's input, and how it was made from the slice. */
export interface ModelInput {
  /** Values in 0–1, row by row. */
  readonly data: Float32Array;
  /** One channel, rows, columns. */
  readonly shape: readonly [1, rows: number, columns: number];
  /** The window in HU that was applied; undefined if the slice is grey already. */
  readonly window: Window | undefined;
  readonly huLost: boolean;
  /** Which part of the slice the model sees; masks are placed back with it. */
  readonly cropBox: Box;
  /** What was done: `none` also if a chest crop was requested but nothing plausible to crop to was found. */
  readonly crop: 'none' | 'chest';
}

/**
 * Turns a slice into the model's input: the one place where training and serving prepare pixels. Hounsfield units are
 * windowed to [-1250, 250]; grey passes unchanged. Resizing and normalising follow inside the model's graph.
 *
 * `chest` crops to the chest (`findChest`) and brings its grey to one scale: lung to 0.2 and soft tissue to 0.8, whatever the
 * window was. If lung and tissue cannot be told apart the values stay.
 */
export function toModelInput(slice: CtSlice, { crop }: { crop: 'none' | 'chest' }): ModelInput {
  const size = { columns: slice.columns, rows: slice.rows };
  const huLost = slice.unit === 'grey';
  const window = huLost ? undefined : modelWindow;
  const chest = crop === 'chest' ? findChest(slice) : undefined;
  const cropBox = chest?.box ?? { left: 0, top: 0, ...size };
  // Crop first: pixels that the model does not see need no work.
  const pixels = cut(slice.pixels, size, cropBox);
  const data = window ? windowSlice({ pixels }, window) : clampGrey(pixels);
  const levels = chest?.levels;
  if (levels) scaleGrey(data, levels, window);
  return {
    data,
    shape: [1, cropBox.rows, cropBox.columns],
    window,
    huLost,
    cropBox,
    crop: chest === undefined || chest.around === 'whole' ? 'none' : 'chest',
  };
}

const lungGrey = 0.2;
const tissueGrey = 0.8;

/** Scales windowed values linearly, in place, so that the levels are at 0.2 and 0.8; the result stays in 0–1. */
function scaleGrey(
  pixels: Float32Array,
  { lung, tissue }: GreyLevels,
  window: Window | undefined,
): void {
  const dark = window ? applyWindow(lung, window) : lung;
  const bright = window ? applyWindow(tissue, window) : tissue;
  const gain = (tissueGrey - lungGrey) / (bright - dark);
  const offset = lungGrey - gain * dark;
  for (let at = 0; at < pixels.length; at++) {
    pixels[at] = Math.min(1, Math.max(0, pixels[at]! * gain + offset));
  }
}

function clampGrey(pixels: Float32Array): Float32Array {
  const result = new Float32Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) {
    const value = pixels[at]!;
    result[at] = value > 0 ? (value < 1 ? value : 1) : 0;
  }
  return result;
}
