import type { CtSlice, RgbaPicture, SlicePrediction } from '@groundglass/core';
import type {
  Known,
  PredictionStatus,
  RendererChoice,
  ViewerError,
  ViewerStrings,
  ViewerVolume,
} from '@groundglass/viewer';
import type { ComparedSide, DifferenceKind } from '@groundglass/viewer/compare';
import type { FilmstripPicture } from '@groundglass/viewer/filmstrip';

/** Messages from the extension host to the webview. */
export type ToWebview =
  | { readonly type: 'opening' }
  | {
      readonly type: 'opened';
      readonly volume: ViewerVolume;
      /** The initial slice if the user has left none: that of the file in its series, else the middle one. */
      readonly firstSlice: number;
      /** The first slice is sent unrequested, as the answer to this request. */
      readonly requestId: number;
      /** Whether the picture has its own colours. */
      readonly hasColours: boolean;
    }
  /** An expert's mask was found; the picture did not wait for it. */
  | {
      readonly type: 'truthFound';
      readonly name: string;
      readonly classNames: Readonly<Record<number, string>>;
    }
  /** What a dataset records about the picture; undefined if none does. */
  | { readonly type: 'known'; readonly known: Known | undefined }
  | { readonly type: 'colours'; readonly requestId: number; readonly picture: RgbaPicture }
  | { readonly type: 'openFailed'; readonly error: ViewerError }
  | { readonly type: 'slice'; readonly requestId: number; readonly slice: PackedSlice }
  | { readonly type: 'truth'; readonly requestId: number; readonly mask: Uint8Array | undefined }
  | { readonly type: 'failed'; readonly requestId: number; readonly error: ViewerError }
  | { readonly type: 'prediction'; readonly status: PredictionStatus }
  /** One more slice of the running prediction. */
  | {
      readonly type: 'scored';
      readonly done: number;
      readonly total: number;
      readonly slice: SlicePrediction;
    }
  | { readonly type: 'toggleMask' }
  /** How many pictures are around this one, and its position among them; none if no strip is shown. */
  | { readonly type: 'neighbours'; readonly count: number; readonly at: number }
  | {
      readonly type: 'neighbour';
      readonly requestId: number;
      readonly picture: FilmstripPicture;
    }
  | { readonly type: 'noNeighbour'; readonly requestId: number; readonly message: string };

/** Messages from the webview to the extension host. */
export type ToHost =
  /** The page has started; with the slice that was displayed when it was hidden. */
  | { readonly type: 'ready'; readonly slice: number | undefined }
  | { readonly type: 'slice'; readonly requestId: number; readonly index: number }
  | { readonly type: 'truth'; readonly requestId: number; readonly index: number }
  | { readonly type: 'colours'; readonly requestId: number; readonly index: number }
  /** The user chooses another volume of a file with several. */
  | { readonly type: 'timePoint'; readonly index: number }
  | { readonly type: 'chooseMask' }
  | { readonly type: 'cancel'; readonly requestId: number }
  | { readonly type: 'predict' }
  | { readonly type: 'cancelPrediction' }
  | { readonly type: 'retry' }
  | { readonly type: 'copyText'; readonly text: string }
  /** The user saves these bytes to a file; this is the suggested name. */
  | { readonly type: 'saveFile'; readonly name: string; readonly bytes: Uint8Array }
  | { readonly type: 'saveFailed'; readonly message: string }
  /** The page has a strip for the pictures around this one. */
  | { readonly type: 'neighbours' }
  | { readonly type: 'neighbour'; readonly requestId: number; readonly index: number }
  | { readonly type: 'cancelNeighbour'; readonly requestId: number }
  | { readonly type: 'pickNeighbour'; readonly index: number }
  /** A slice is displayed. */
  | { readonly type: 'painted'; readonly index: number };

/** A preview page's initial data, part of the page itself so that it need not wait for a message. */
export interface PageStart {
  readonly strings: ViewerStrings;
  readonly renderer: RendererChoice;
}

/** A comparison page's initial data. */
export interface ComparisonStart extends PageStart {
  readonly sides: readonly ComparedSide[];
  readonly difference: DifferenceKind;
  readonly kept: KeptComparison;
}

/** What a comparison's page saves, so that it can be reopened after its window was reloaded. */
export interface KeptComparison {
  readonly pictures: readonly {
    readonly uri: string;
    readonly title: string;
    readonly detail: string;
    readonly model?: string;
  }[];
  readonly difference: DifferenceKind;
}

/** A message to or from one side of a comparison. */
export interface OfSide<T> {
  readonly side: number;
  readonly message: T;
}

/** A slice as it is posted. The cost of posting grows with the bytes, so values are integers of few bits where that loses nothing. */
export interface PackedSlice extends Omit<CtSlice, 'pixels'> {
  readonly pixels: Uint8Array | Uint16Array | Int16Array | Float32Array;
  /** Divisor that turns the numbers into pixels. */
  readonly divisor: number;
}

/** Hounsfield units are integers; grey is an 8- or 16-bit value of a picture, divided by the largest. */
const packings = {
  HU: [{ array: Int16Array, divisor: 1 }],
  grey: [
    { array: Uint8Array, divisor: 255 },
    { array: Uint16Array, divisor: 65_535 },
  ],
} as const;

/** Packs a slice for posting; loses nothing. */
export function packSlice({ pixels, ...rest }: CtSlice): PackedSlice {
  for (const { array, divisor } of packings[rest.unit]) {
    const packed = new array(pixels.length);
    let at = 0;
    // A loop, since a call for each pixel would take ten times as long.
    for (; at < pixels.length; at++) {
      packed[at] = Math.round(pixels[at]! * divisor);
      if (Math.fround(packed[at]! / divisor) !== pixels[at]) break;
    }
    if (at === pixels.length) return { ...rest, pixels: packed, divisor };
  }
  return { ...rest, pixels, divisor: 1 };
}

/** The inverse of {@link packSlice}. */
export function unpackSlice({ pixels: packed, divisor, ...rest }: PackedSlice): CtSlice {
  if (packed instanceof Float32Array) return { ...rest, pixels: packed };
  const pixels = new Float32Array(packed.length);
  for (let at = 0; at < packed.length; at++) pixels[at] = packed[at]! / divisor;
  return { ...rest, pixels };
}
