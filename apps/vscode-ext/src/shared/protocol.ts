import type { CtSlice, PixelUnit } from '@groundglass/core';
import type {
  PredictionStatus,
  ViewerError,
  ViewerStrings,
  ViewerVolume,
} from '@groundglass/viewer';

/** What the extension host tells the webview. */
export type ToWebview =
  | { readonly type: 'strings'; readonly strings: ViewerStrings }
  | { readonly type: 'opening' }
  | {
      readonly type: 'opened';
      readonly volume: ViewerVolume;
      /** The slice to show where the user has left none: that of the file in its series, else the middle one. */
      readonly firstSlice: number;
    }
  /** An expert's mask was found; the picture did not wait for it. */
  | { readonly type: 'truthFound' }
  | { readonly type: 'openFailed'; readonly error: ViewerError }
  | { readonly type: 'slice'; readonly requestId: number; readonly slice: PackedSlice }
  | { readonly type: 'truth'; readonly requestId: number; readonly mask: Uint8Array | undefined }
  | { readonly type: 'failed'; readonly requestId: number; readonly error: ViewerError }
  | { readonly type: 'prediction'; readonly status: PredictionStatus }
  | { readonly type: 'toggleMask' };

/** What the webview tells the extension host. */
export type ToHost =
  | { readonly type: 'ready' }
  | { readonly type: 'slice'; readonly requestId: number; readonly index: number }
  | { readonly type: 'truth'; readonly requestId: number; readonly index: number }
  | { readonly type: 'cancel'; readonly requestId: number }
  | { readonly type: 'predict' }
  | { readonly type: 'cancelPrediction' }
  | { readonly type: 'retry' }
  /** A slice is on the screen. */
  | { readonly type: 'painted'; readonly index: number };

/** A slice as it is posted; whole Hounsfield units take half of the bytes, and posting costs by the byte. */
export interface PackedSlice {
  readonly index: number;
  readonly columns: number;
  readonly rows: number;
  readonly unit: PixelUnit;
  readonly pixels: Int16Array | Float32Array;
}

/** Packs a slice for posting; loses nothing. */
export function packSlice({ index, columns, rows, unit, pixels }: CtSlice): PackedSlice {
  if (unit === 'HU') {
    const short = Int16Array.from(pixels);
    if (short.every((value, at) => value === pixels[at])) {
      return { index, columns, rows, unit, pixels: short };
    }
  }
  return { index, columns, rows, unit, pixels };
}

/** The inverse of {@link packSlice}. */
export function unpackSlice({ pixels, ...rest }: PackedSlice): CtSlice {
  return { ...rest, pixels: pixels instanceof Float32Array ? pixels : Float32Array.from(pixels) };
}
