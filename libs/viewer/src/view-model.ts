import type { CtSlice, RgbaPicture, Window } from '@groundglass/core/browser';
import type { ViewerStrings } from './strings.js';
import type { ViewState } from './view-state.js';
import type { PlaneName } from './planes/plane-shape.js';
import type { Known, PredictionStatus, ViewerError, ViewerVolume } from './viewer-volume.js';
import type { Overlap } from './overlap.js';

/** Input of the viewer's parts; rebuilt from the viewer's state for each frame. */
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
  /** The values of the slice's mask if it has several classes. */
  readonly classes: readonly MaskClass[];
  /** The slice in its own colours, at its size. */
  readonly colours: RgbaPicture | undefined;
  readonly planes: Readonly<Record<PlaneName, PlaneModel>>;
  /** What the host knows about the picture apart from its pixels. */
  readonly known: Known | undefined;
  /** Whether the host can search for a mask that the user names. */
  readonly canChooseMask: boolean;
  /** Where the expert's mask was found. */
  readonly truthName: string | undefined;
  /** Whether the host has any ground truth. */
  readonly hasTruth: boolean;
  readonly overlap: Overlap | undefined;
  readonly error: ViewerError | undefined;
  readonly helpOpen: boolean;
}

/** One class of a mask. */
export interface MaskClass {
  /** Its number in the mask, from 1. */
  readonly value: number;
  /** Its name if the mask gives one. */
  readonly name: string | undefined;
}

/** One of the planes across the slices. */
export interface PlaneModel {
  /** Undefined until it has arrived. */
  readonly slice: CtSlice | undefined;
  /** The model's mask along the plane: lesion probabilities times 255. */
  readonly mask: Uint8Array | undefined;
  readonly error: ViewerError | undefined;
}

/** Actions that the parts request from the viewer. */
export interface ViewActions {
  /** The current view; a part's model is as old as the last frame. */
  readonly current: () => ViewState;
  readonly change: (view: Partial<ViewState>) => void;
  readonly goTo: (slice: number) => void;
  readonly setWindow: (window: Window | undefined) => void;
  readonly zoomBy: (factor: number, at?: readonly [number, number]) => void;
  readonly pan: (dx: number, dy: number) => void;
  readonly predict: () => void;
  readonly cancel: () => void;
  readonly retry: () => void;
  readonly toggleHelp: (open?: boolean) => void;
  /** Chooses another volume of a file with several. */
  readonly chooseTimePoint: (index: number) => void;
  readonly chooseMask: () => void;
  readonly copy: (text: string) => void;
  readonly save: (kind: SaveKind) => void;
}

/** What can be written to a file: the view as it is on the screen, or the model's mask. */
export type SaveKind = 'view' | 'mask-png' | 'mask-nifti' | 'mask-seg';

/** A part of the viewer: an element, and how it is updated from the model. */
export interface Part {
  readonly element: HTMLElement;
  update(model: ViewModel): void;
}
