// Over 300 lines: this file is the state of the element and its ways in and out, in one place.

import {
  decodeMask,
  resample,
  type CtSlice,
  type SlicePrediction,
  type Window,
} from '@groundglass/core/browser';
import { runKey } from './keys.js';
import { overlapOf } from './overlap.js';
import { neighbours, SliceCache } from './slice-cache.js';
import type { RendererChoice } from './render/scene.js';
import { defaultStrings, type ViewerStrings } from './strings.js';
import { baseStyles } from './styles/base.js';
import { panelStyles } from './styles/panel.js';
import { stageStyles } from './styles/stage.js';
import { make, show } from './ui/dom.js';
import { createErrorPanel } from './ui/error-panel.js';
import { createHelpDialog } from './ui/help-dialog.js';
import { createMetadataPanel } from './ui/metadata-panel.js';
import { createOverlayPanel } from './ui/overlay-panel.js';
import { createPredictionPanel } from './ui/prediction-panel.js';
import { createSliceBar } from './ui/slice-bar.js';
import { createStage, shapeOf, type Stage } from './ui/stage.js';
import { createToolbar } from './ui/toolbar.js';
import { createWarnings } from './ui/warnings.js';
import { createWindowPanel } from './ui/window-panel.js';
import type { Part, ViewActions, ViewModel } from './view-model.js';
import { defaultViewState, parseViewState, type ViewState } from './view-state.js';
import {
  isWithheld,
  scoredSlices,
  toViewerError,
  type PredictionStatus,
  type SliceProvider,
  type ViewerError,
  type ViewerVolume,
} from './viewer-volume.js';
import { panBy, zoomAround } from './viewport.js';
import { defaultWindow } from './window-choice.js';

/** What the viewer tells its host; all are `CustomEvent`s on the element. */
export interface ViewerEventMap {
  slicechange: CustomEvent<{ index: number }>;
  /** The slice is on the screen. */
  slicepainted: CustomEvent<{ index: number }>;
  windowchange: CustomEvent<Window>;
  requestprediction: CustomEvent<undefined>;
  cancelprediction: CustomEvent<undefined>;
  /** The user wants the volume opened again after an error. */
  retry: CustomEvent<undefined>;
  statechange: CustomEvent<ViewState>;
}

type ViewerListeners = HTMLElementEventMap & ViewerEventMap;

/** Bytes of decoded slices to keep: 256 slices of 512 × 512. */
const cacheBytes = 256 * 1024 * 1024;
const prefetchedSlices = 4;

/**
 * `<groundglass-viewer>`: shows the slices of a CT volume, what a model sees in them, and how it agrees with an expert.
 *
 * The host gives a volume and a provider of its slices with {@link open}, and the prediction with {@link prediction}; it listens to
 * {@link ViewerEventMap}. The attribute `renderer`, set before it is connected, is a {@link RendererChoice}. Needs no framework, no inline style and no `eval`.
 */
export class GroundglassViewer extends HTMLElement {
  #strings: ViewerStrings = defaultStrings;
  #view: ViewState = defaultViewState;
  #volume: ViewerVolume | undefined;
  #slices: SliceCache<CtSlice> | undefined;
  #truths: SliceCache<{ mask: Uint8Array | undefined }> | undefined;
  #slice: CtSlice | undefined;
  #truth: Uint8Array | undefined;
  #loading = false;
  #error: ViewerError | undefined;
  #prediction: PredictionStatus = { kind: 'idle' };
  #mask: { of: SlicePrediction; size: string; values: Uint8Array } | undefined;
  #helpOpen = false;
  #direction: 1 | -1 = 1;
  #isAheadWanted = false;
  #parts: Part[] = [];
  #stage: Stage | undefined;
  #panel: HTMLElement | undefined;
  #frame: number | undefined;
  #painted: CtSlice | undefined;
  #reported: ViewState = defaultViewState;

  /** Texts of the viewer; set before the element is connected. */
  set strings(strings: ViewerStrings) {
    this.#strings = strings;
  }

  /** What the user has set, to keep and to give back. */
  get viewState(): ViewState {
    return this.#view;
  }

  set viewState(state: unknown) {
    this.#change(parseViewState(state));
  }

  get prediction(): PredictionStatus {
    return this.#prediction;
  }

  /** Shows where the prediction stands. */
  set prediction(status: PredictionStatus) {
    this.#prediction = status;
    this.#schedule();
  }

  /** `webgl2` or `canvas2d`; undefined before the element is connected. */
  get renderer(): 'webgl2' | 'canvas2d' | undefined {
    return this.#stage?.renderer;
  }

  /** Shows a volume. What the user has set stays; the slice and window start anew unless `state` holds them. */
  open(volume: ViewerVolume, provider: SliceProvider, state?: unknown): void {
    this.#reset();
    this.#volume = volume;
    this.#slices = new SliceCache({
      load: (index, signal) => provider.slice(index, signal),
      sizeOf: ({ pixels }) => pixels.byteLength,
      maxBytes: cacheBytes,
    });
    if (provider.truth) this.#compareWith(provider.truth);
    this.#view =
      state === undefined
        ? {
            ...this.#view,
            slice: Math.floor((volume.sliceCount - 1) / 2),
            window: undefined,
            zoom: 'fit',
            centre: undefined,
          }
        : parseViewState(state);
    this.#view = { ...this.#view, slice: Math.min(this.#view.slice, volume.sliceCount - 1) };
    this.#want();
  }

  /** Gives the expert's masks of the open volume, where the host looks for them while its slices are on the screen already. */
  compareWith(truth: NonNullable<SliceProvider['truth']>): void {
    if (!this.#volume) return;
    this.#truths?.clear();
    this.#compareWith(truth);
    this.#wantTruth();
  }

  /** Shows that the volume could not be opened. */
  fail(error: ViewerError): void {
    this.#reset();
    this.#error = error;
    this.#schedule();
  }

  /** Shows that a volume is being opened. */
  wait(): void {
    this.#reset();
    this.#loading = true;
    this.#schedule();
  }

  /** Puts the keyboard on the picture. */
  override focus(): void {
    this.#stage?.focus();
  }

  override addEventListener<K extends keyof ViewerListeners>(
    type: K,
    listener: (event: ViewerListeners[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(...parameters: Parameters<HTMLElement['addEventListener']>): void;
  override addEventListener(...parameters: Parameters<HTMLElement['addEventListener']>): void {
    super.addEventListener(...parameters);
  }

  connectedCallback(): void {
    if (this.#stage) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(baseStyles + stageStyles + panelStyles);
    root.adoptedStyleSheets = [sheet];
    const [strings, actions] = [this.#strings, this.#actions];
    this.#stage = createStage(
      strings,
      actions,
      () => {
        this.#schedule();
      },
      parseRendererChoice(this.getAttribute('renderer')),
    );
    const panelParts = [
      createWarnings(strings),
      createPredictionPanel(strings, actions),
      createOverlayPanel(strings, actions),
      createWindowPanel(strings, actions),
      createMetadataPanel(strings, actions),
    ];
    this.#panel = make(
      'aside',
      { class: 'panel', attributes: { 'aria-label': strings.viewer } },
      ...panelParts.map(({ element }) => element),
    );
    const error = createErrorPanel(strings, actions);
    const toolbar = createToolbar(strings, actions);
    const sliceBar = createSliceBar(strings, actions);
    const help = createHelpDialog(strings, actions);
    root.replaceChildren(
      toolbar.element,
      this.#stage.element,
      error.element,
      this.#panel,
      sliceBar.element,
      help.element,
    );
    this.#parts = [toolbar, error, sliceBar, help, ...panelParts, this.#stage];
    this.addEventListener('keydown', this.#onKey);
    this.#schedule();
  }

  disconnectedCallback(): void {
    // Moving the element within the page disconnects and connects it at once; only a real removal frees the GPU.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.removeEventListener('keydown', this.#onKey);
      this.#slices?.clear();
      this.#truths?.clear();
      this.#stage?.dispose();
      this.#stage = undefined;
      this.#parts = [];
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
    });
  }

  readonly #actions: ViewActions = {
    change: (view) => {
      this.#change(view);
    },
    goTo: (slice) => {
      this.#change({ slice });
    },
    setWindow: (window) => {
      this.#change({ window });
    },
    zoomBy: (factor, at) => {
      if (this.#stage && this.#volume)
        this.#change(
          zoomAround(shapeOf(this.#shapeSource()), this.#stage.size, this.#view, factor, at),
        );
    },
    pan: (dx, dy) => {
      if (this.#stage && this.#volume)
        this.#change(panBy(shapeOf(this.#shapeSource()), this.#stage.size, this.#view, dx, dy));
    },
    predict: () => {
      const { kind } = this.#prediction;
      if (this.#volume && kind !== 'running' && kind !== 'unavailable')
        this.#emit('requestprediction', undefined);
    },
    cancel: () => {
      if (this.#prediction.kind === 'running') this.#emit('cancelprediction', undefined);
    },
    retry: () => {
      // A slice that failed is asked for again; a volume that failed is the host's to open again.
      if (this.#volume) this.#want();
      else this.#emit('retry', undefined);
    },
    toggleHelp: (open = !this.#helpOpen) => {
      this.#helpOpen = open;
      this.#schedule();
    },
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (runKey(event, this.#model(), this.#actions)) event.preventDefault();
  };

  #change(change: Partial<ViewState>): void {
    const before = this.#view;
    const last = (this.#volume?.sliceCount ?? Infinity) - 1;
    const slice = Math.min(last, Math.max(0, change.slice ?? before.slice));
    this.#view = { ...before, ...change, slice };
    if (slice !== before.slice) {
      this.#direction = slice > before.slice ? 1 : -1;
      this.#emit('slicechange', { index: slice });
      this.#want();
    }
    if ('window' in change && this.#volume) this.#emit('windowchange', this.#window());
    // Not with the next frame: a page that is being hidden never draws it, and what the user set last would be lost.
    queueMicrotask(() => {
      this.#report();
    });
    this.#schedule();
  }

  /** Shows the slice of the view, from memory or as soon as it has come, and fetches its neighbours. */
  #want(): void {
    const [slices, truths, volume] = [this.#slices, this.#truths, this.#volume];
    if (!slices || !volume) return;
    const index = this.#view.slice;
    const wanted = new Set([index, ...this.#ahead(volume)]);
    slices.abortExcept(wanted);
    truths?.abortExcept(wanted);
    this.#isAheadWanted = true;
    this.#error = undefined;
    this.#truth = undefined;
    const isCurrent = () => this.#slices === slices && this.#view.slice === index;
    const failed = (error: unknown) => {
      if (!isCurrent()) return;
      this.#loading = false;
      this.#error = toViewerError(error);
      this.#schedule();
    };
    const showSlice = (slice: CtSlice) => {
      if (!isCurrent()) return;
      this.#slice = slice;
      this.#loading = false;
      this.#schedule();
    };
    const kept = slices.peek(index);
    this.#loading = kept === undefined;
    if (kept) showSlice(kept);
    else slices.load(index).then(showSlice, failed);
    this.#wantTruth();
    this.#schedule();
  }

  #ahead({ sliceCount }: ViewerVolume): number[] {
    return neighbours(this.#view.slice, this.#direction, prefetchedSlices, sliceCount);
  }

  /** Fetches the neighbours of the slice that the user asked for, once, when that is on the screen. */
  #fetchAhead(): void {
    const [slices, volume] = [this.#slices, this.#volume];
    if (!slices || !volume || !this.#isAheadWanted) return;
    this.#isAheadWanted = false;
    for (const next of this.#ahead(volume)) slices.load(next).catch(() => undefined);
  }

  #compareWith(truth: NonNullable<SliceProvider['truth']>): void {
    this.#truths = new SliceCache({
      load: async (index, signal) => ({ mask: await truth(index, signal) }),
      sizeOf: ({ mask }) => mask?.byteLength ?? 0,
      maxBytes: cacheBytes / 8,
    });
  }

  #wantTruth(): void {
    const truths = this.#truths;
    const index = this.#view.slice;
    const use = (mask: Uint8Array | undefined) => {
      if (this.#truths !== truths || this.#view.slice !== index) return;
      this.#truth = mask;
      this.#schedule();
    };
    // A mask that cannot be read takes the comparison away, never the picture.
    truths?.load(index).then(
      ({ mask }) => {
        use(mask);
      },
      () => {
        use(undefined);
      },
    );
  }

  #reset(): void {
    this.#slices?.clear();
    this.#truths?.clear();
    this.#slices = this.#truths = this.#slice = this.#truth = this.#painted = undefined;
    this.#volume = this.#error = this.#mask = undefined;
    this.#loading = false;
    this.#prediction = { kind: 'idle' };
  }

  #window(): Window {
    return (
      this.#view.window ?? (this.#volume ? defaultWindow(this.#volume) : { center: 0, width: 1 })
    );
  }

  #shapeSource(): Pick<ViewModel, 'volume' | 'slice'> {
    return { volume: this.#volume, slice: this.#slice };
  }

  /** The model's mask of the slice on the stage, at its size. */
  #maskValues(): Uint8Array | undefined {
    const slice = this.#slice;
    if (!slice || isWithheld(this.#prediction)) return undefined;
    const scored = scoredSlices(this.#prediction).find(({ index }) => index === slice.index);
    if (!scored?.mask) return undefined;
    const size = `${slice.columns}×${slice.rows}`;
    if (this.#mask?.of !== scored || this.#mask.size !== size) {
      const { width, height } = scored.mask;
      const sized = resample(decodeMask(scored.mask), { columns: width, rows: height }, slice);
      this.#mask = {
        of: scored,
        size,
        values: Uint8Array.from(sized, (share) => Math.round(share * 255)),
      };
    }
    return this.#mask.values;
  }

  #model(): ViewModel {
    let mask: Uint8Array | undefined;
    try {
      mask = this.#maskValues();
    } catch (error) {
      this.#prediction = { kind: 'failed', error: toViewerError(error) };
    }
    const { maskThreshold, comparison } = this.#view;
    // Truth of another size than the slice would be compared with the wrong pixels.
    const truth = this.#truth?.length === this.#slice?.pixels.length ? this.#truth : undefined;
    return {
      strings: this.#strings,
      view: this.#view,
      volume: this.#volume,
      slice: this.#slice,
      window: this.#window(),
      loading: this.#loading,
      prediction: this.#prediction,
      mask,
      truth,
      hasTruth: this.#truths !== undefined,
      overlap: mask && truth && comparison ? overlapOf(mask, truth, maskThreshold) : undefined,
      error: this.#error,
      helpOpen: this.#helpOpen,
    };
  }

  #schedule(): void {
    if (!this.#stage) return;
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#paint();
    });
  }

  #paint(): void {
    const model = this.#model();
    if (this.#panel) show(this.#panel, model.view.panelOpen && model.volume !== undefined);
    for (const part of this.#parts) part.update(model);
    if (model.slice && model.slice !== this.#painted) {
      this.#painted = model.slice;
      this.#emit('slicepainted', { index: model.slice.index });
    }
    if (model.slice && !model.loading) this.#fetchAhead();
    this.#report();
  }

  /** Reports to the host, once a frame, what has changed since the last report. */
  #report(): void {
    if (this.#reported === this.#view) return;
    this.#reported = this.#view;
    this.#emit('statechange', this.#view);
  }

  #emit<K extends keyof ViewerEventMap>(type: K, detail: ViewerEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

function parseRendererChoice(text: string | null): RendererChoice {
  return text === 'webgl2' || text === 'canvas2d' ? text : 'auto';
}

/** Makes `<groundglass-viewer>` known to the page; calling it again does nothing. */
export function defineViewer(): void {
  if (!customElements.get('groundglass-viewer'))
    customElements.define('groundglass-viewer', GroundglassViewer);
}

declare global {
  interface HTMLElementTagNameMap {
    'groundglass-viewer': GroundglassViewer;
  }
}
