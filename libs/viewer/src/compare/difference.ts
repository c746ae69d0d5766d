import { decodeMask, resample, type CtSlice } from '@groundglass/core/browser';
import { fillIn, type ViewerStrings } from '../strings.js';
import {
  isWithheld,
  scoredSlices,
  type PredictionStatus,
  type SliceProvider,
  type ViewerVolume,
} from '../viewer-volume.js';

/** An open picture and a model's result for it. */
export interface ComparedPicture {
  readonly volume: ViewerVolume;
  readonly provider: SliceProvider;
  readonly prediction: PredictionStatus;
}

/** What is subtracted: values of the pictures, or lesion probabilities of the models' masks. */
export type DifferenceKind = 'values' | 'masks';

/** How much two slices differ. */
export interface DifferenceFacts {
  /** Pixels whose values differ. */
  readonly count: number;
  readonly pixels: number;
  /** Of the absolute differences over all pixels, in the unit of the pictures. */
  readonly mean: number;
  readonly largest: number;
}

/** A picture of differences, or a message why there is none. */
export type Difference =
  { readonly volume: ViewerVolume; readonly provider: SliceProvider } | { readonly reason: string };

/** Windows that show differences of a few tenths of the usual range in lungs. */
const windows = {
  HU: { center: 0, width: 400 },
  grey: { center: 0, width: 0.5 },
  masks: { center: 0, width: 2 },
} as const;

/** The second picture minus the first, slice by slice; only if both have the same size, number of slices and unit. */
export function differenceOf(
  kind: DifferenceKind,
  first: ComparedPicture,
  second: ComparedPicture,
  strings: ViewerStrings,
): Difference {
  const [a, b] = [first.volume, second.volume];
  if (sizeOf(a) !== sizeOf(b)) {
    return { reason: fillIn(strings.differenceSizes, sizeOf(a), sizeOf(b)) };
  }
  if (kind === 'values' && a.unit !== b.unit) {
    return { reason: fillIn(strings.differenceUnits, a.unit, b.unit) };
  }
  if (kind === 'masks' && !(hasMasks(first.prediction) && hasMasks(second.prediction))) {
    return { reason: strings.differenceMasks };
  }
  const unit = kind === 'masks' ? 'grey' : a.unit;
  const { format, columns, rows, sliceCount, pixelSpacing, geometry } = a;
  const volume: ViewerVolume = {
    ...{ format, columns, rows, sliceCount, pixelSpacing, geometry, unit },
    title: strings.differenceTitle,
    windows: [windows[kind === 'masks' ? 'masks' : unit]],
    warnings: [],
    metadata: [],
    isDifference: true,
  };
  const valuesOf = async (
    { provider, prediction }: ComparedPicture,
    index: number,
    signal: AbortSignal,
  ) => {
    if (kind === 'values') return (await provider.slice(index, signal)).pixels;
    const found = scoredSlices(prediction).find((slice) => slice.index === index)?.mask;
    const to = { columns, rows };
    return found
      ? resample(decodeMask(found), { columns: found.width, rows: found.height }, to)
      : new Float32Array(columns * rows);
  };
  return {
    volume,
    provider: {
      async slice(index, signal) {
        const [from, to] = await Promise.all([
          valuesOf(first, index, signal),
          valuesOf(second, index, signal),
        ]);
        return { index, columns, rows, unit, pixels: subtract(from, to) };
      },
    },
  };
}

/** `to - from`, value by value. */
function subtract(from: Float32Array, to: Float32Array): Float32Array {
  const pixels = new Float32Array(to.length);
  for (let at = 0; at < pixels.length; at++) pixels[at] = to[at]! - from[at]!;
  return pixels;
}

/** Summarises the differences in a slice. */
export function differenceFacts({ pixels }: CtSlice): DifferenceFacts {
  let count = 0;
  let sum = 0;
  let largest = 0;
  for (const value of pixels) {
    const size = Math.abs(value);
    if (size > 0) count++;
    sum += size;
    if (size > largest) largest = size;
  }
  return { count, pixels: pixels.length, mean: sum / Math.max(1, pixels.length), largest };
}

function hasMasks(status: PredictionStatus): boolean {
  return (
    status.kind === 'done' &&
    !isWithheld(status) &&
    status.prediction.slices.some(({ mask }) => mask)
  );
}

function sizeOf({ columns, rows, sliceCount }: ViewerVolume): string {
  return `${columns} × ${rows} × ${sliceCount}`;
}
