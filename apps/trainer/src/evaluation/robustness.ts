import { resample, toModelInput, type CtSlice } from '@groundglass/core';
import type { TargetSample } from '@groundglass/dataset';
import type { OnnxInference } from '@groundglass/nn';
import { resolve } from 'node:path';
import { jpegLoss } from '../batches/jpeg-loss.js';
import { readSlice } from '../batches/load-sample.js';

/** Effect of a harmless change of pictures on their labels. */
export interface Robustness {
  readonly dataset: string;
  readonly pictures: number;
  /** Number of pictures with a flipped label, by change. */
  readonly flips: Readonly<Record<string, number>>;
}

/** Changes that do not affect a picture's diagnosis. */
export const changes: Readonly<Record<string, (slice: CtSlice) => CtSlice>> = {
  'half the size': (slice) => scaled(slice, 0.5),
  'JPEG of quality 75': (slice) => ({ ...slice, pixels: jpegLoss(slice.pixels, slice, 75) }),
  'white border of 10 %': (slice) => bordered(slice, 0.1, 1),
  'white border of 30 %': (slice) => bordered(slice, 0.3, 1),
  'white border of 50 %': (slice) => bordered(slice, 0.5, 1),
  'black border of 30 %': (slice) => bordered(slice, 0.3, 0),
  '5 % cut off each side': (slice) => bordered(slice, -0.05, 0),
  '20 % brighter': (slice) => multiplied(slice, 1.2),
  '20 % darker': (slice) => multiplied(slice, 0.8),
};

/** Settings of the robustness test. */
export interface RobustnessOptions {
  readonly dataset: string;
  readonly root: string;
  readonly threshold: number;
  readonly crop: 'none' | 'chest';
  /** Number of pictures to try, evenly spaced among the samples. */
  readonly pictures: number;
  readonly onPicture?: (done: number) => void;
}

/**
 * Counts the labels that harmless changes flip: each picture is labelled unchanged and after each of {@link changes}.
 *
 * @throws {CtError} when a picture cannot be decoded.
 */
export async function measureRobustness(
  model: OnnxInference,
  samples: readonly TargetSample[],
  { dataset, root, threshold, crop, pictures, onPicture }: RobustnessOptions,
): Promise<Robustness> {
  const step = Math.max(1, samples.length / pictures);
  const count = Math.min(pictures, samples.length);
  const chosen = Array.from({ length: count }, (_, i) => samples[Math.floor(i * step)]!);
  const flips = Object.fromEntries(Object.keys(changes).map((name) => [name, 0]));
  const labelOf = async (slice: CtSlice) => {
    const { data, shape } = toModelInput(slice, { crop });
    const { probability } = await model.run(data, { rows: shape[1], columns: shape[2] });
    return probability[0]! >= threshold;
  };
  for (const [done, { path, slice: index = 0 }] of chosen.entries()) {
    const slice = await readSlice(resolve(root, path), path, index);
    const label = await labelOf(slice);
    for (const [name, change] of Object.entries(changes))
      if ((await labelOf(change(slice))) !== label) flips[name]! += 1;
    onPicture?.(done + 1);
  }
  return { dataset, pictures: count, flips };
}

function scaled(slice: CtSlice, factor: number): CtSlice {
  const size = {
    columns: Math.max(1, Math.round(slice.columns * factor)),
    rows: Math.max(1, Math.round(slice.rows * factor)),
  };
  return { ...slice, ...size, pixels: resample(slice.pixels, slice, size) };
}

/** A border on each side, as a share of the picture's own side; a negative one crops. */
function bordered(slice: CtSlice, share: number, value: number): CtSlice {
  const [across, down] = [slice.columns, slice.rows].map((side) => Math.round(side * share)) as [
    number,
    number,
  ];
  const [columns, rows] = [slice.columns + 2 * across, slice.rows + 2 * down];
  const pixels = new Float32Array(columns * rows).fill(value);
  for (let row = 0; row < rows; row++) {
    const y = row - down;
    if (y < 0 || y >= slice.rows) continue;
    for (let column = 0; column < columns; column++) {
      const x = column - across;
      if (x < 0 || x >= slice.columns) continue;
      pixels[row * columns + column] = slice.pixels[y * slice.columns + x]!;
    }
  }
  return { ...slice, columns, rows, pixels };
}

function multiplied(slice: CtSlice, factor: number): CtSlice {
  return {
    ...slice,
    pixels: slice.pixels.map((value) => Math.min(1, Math.max(0, value * factor))),
  };
}
