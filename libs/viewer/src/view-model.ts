import type { CtSlice, Window } from '@groundglass/core/browser';
import type { ViewerStrings } from './strings.js';
import type { ViewState } from './view-state.js';
import type { PredictionStatus, ViewerError, ViewerVolume } from './viewer-volume.js';
import type { Overlap } from './overlap.js';

/** What the parts of the viewer draw; made anew from the viewer's state for each frame. */
export interface ViewModel {
  readonly strings: ViewerStrings;
  readonly view: ViewState;
  readonly volume: ViewerVolume | undefined;
  /** The slice on the stage; while another is loading, the one shown before. */
  readonly slice: CtSlice | undefined;
  /** The window in use. */
  readonly window: Window;
  readonly loading: boolean;
  readonly prediction: PredictionStatus;
  /** Of the slice on the stage, at its size. */
  readonly mask: Uint8Array | undefined;
  readonly truth: Uint8Array | undefined;
  /** Whether the host has any ground truth. */
  readonly hasTruth: boolean;
  readonly overlap: Overlap | undefined;
  readonly error: ViewerError | undefined;
  readonly helpOpen: boolean;
}

/** What the parts ask the viewer to do. */
export interface ViewActions {
  readonly change: (view: Partial<ViewState>) => void;
  readonly goTo: (slice: number) => void;
  readonly setWindow: (window: Window | undefined) => void;
  readonly zoomBy: (factor: number, at?: readonly [number, number]) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly predict: () => void;
  readonly cancel: () => void;
  readonly retry: () => void;
  readonly toggleHelp: (open?: boolean) => void;
}

/** A part of the viewer: an element, and how it follows the model. */
export interface Part {
  readonly element: HTMLElement;
  update(model: ViewModel): void;
}
