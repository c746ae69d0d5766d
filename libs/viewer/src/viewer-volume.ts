import type {
  CtFormat,
  CtSlice,
  CtVolume,
  Geometry,
  MetadataEntry,
  PixelUnit,
  Prediction,
  RgbaPicture,
  SlicePrediction,
  Warning,
  Window,
} from '@groundglass/core/browser';
import type { PlaneName } from './planes/plane-shape.js';

/** What the viewer shows of a CT image before any pixel has arrived: a `CtVolume` without its decoder, so that it can be posted. */
export interface ViewerVolume {
  /** Name of the file or the series. */
  readonly title: string;
  readonly format: CtFormat;
  readonly columns: number;
  readonly rows: number;
  readonly sliceCount: number;
  readonly unit: PixelUnit;
  readonly pixelSpacing: { readonly column: number; readonly row: number } | undefined;
  readonly geometry: Geometry | undefined;
  /** The file's values that map to grey 0 and 1, shown next to the grey; null in HU or if unknown. */
  readonly greyRange?: CtVolume['greyRange'];
  readonly windows: readonly Window[];
  readonly warnings: readonly Warning[];
  /** Warnings worded by the host, such as those about the files around the image. */
  readonly notes?: readonly string[];
  readonly metadata: readonly MetadataEntry[];
  /** Which volume of a file with several this is. */
  readonly timePoint?: CtVolume['timePoint'];
  /** Whether the values are differences of two pictures, drawn in two colours around 0. */
  readonly isDifference?: boolean;
}

/** What a dataset knows about a picture apart from its pixels. */
export interface Known {
  /** Null if the dataset does not know it. */
  readonly label: string | null;
  /** Null if nothing names it. */
  readonly split: string | null;
  readonly patient: string | null;
  /** Whether the model's answer differs; null before there is an answer. */
  readonly differs: boolean | null;
}

/** Where the viewer's pixels come from: a decoder in the page, or a host behind messages. */
export interface SliceProvider {
  /** Decodes one slice. Rejects with an error that has a `code` of the catalogue if possible. */
  slice(index: number, signal: AbortSignal): Promise<CtSlice>;
  /** The expert's mask of one slice, as in {@link Truth}. Absent if there is no mask at all. */
  readonly truth?: Truth['mask'];
  /** One slice in its own colours. Absent or null if the picture is grey. */
  readonly colours?: ((index: number, signal: AbortSignal) => Promise<RgbaPicture>) | null;
  /** A plane across the slices, whose row `i` is slice `i`. If absent, the viewer requests all slices and cuts it itself. */
  readonly plane?: (plane: PlaneName, index: number, signal: AbortSignal) => Promise<CtSlice>;
}

/** An expert's masks. */
export interface Truth {
  /** Of one slice: 0 outside, else the number of a class, `rows * columns` values; undefined if the slice has none. */
  readonly mask: (index: number, signal: AbortSignal) => Promise<Uint8Array | undefined>;
  /** Where the mask was found, for the user. */
  readonly name?: string | undefined;
  /** Names of its classes from 1 on. */
  readonly classNames?: Readonly<Record<number, string>> | undefined;
}

/** An error as the viewer shows it; `title` and `advice` come from the catalogue unless the host has better ones. */
export interface ViewerError {
  /** A code of the catalogue of errors, or any other text. */
  readonly code: string;
  /** One sentence: what was expected and what was found. */
  readonly message: string;
  readonly title?: string;
  readonly advice?: string;
}

/** State of the prediction. */
export type PredictionStatus =
  /** No model is available; `reason` is a message why. */
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'idle' }
  /** Being computed; `slices` holds the results so far. */
  | {
      readonly kind: 'running';
      readonly done: number;
      readonly total: number;
      readonly slices: readonly SlicePrediction[];
    }
  | { readonly kind: 'done'; readonly prediction: Prediction }
  | { readonly kind: 'failed'; readonly error: ViewerError };

/** The slices that have been scored so far, in any state. */
export function scoredSlices(status: PredictionStatus): readonly SlicePrediction[] {
  if (status.kind === 'done') return status.prediction.slices;
  return status.kind === 'running' ? status.slices : [];
}

/** Whether the prediction has no answer: then no mask is drawn either. */
export function isWithheld(status: PredictionStatus): boolean {
  return status.kind === 'done' && status.prediction.label === null;
}

/** Converts anything thrown to what the viewer shows. */
export function toViewerError(error: unknown): ViewerError {
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'CT_INTERNAL';
  return { code, message: error instanceof Error ? error.message : String(error) };
}
