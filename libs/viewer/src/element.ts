// Over 300 lines: this file is the state of the element and its inputs and outputs, in one place.

import {
  decodeMask,
  encodePng,
  resample,
  type CtSlice,
  type RgbaPicture,
  type SlicePrediction,
  type Window,
} from '@groundglass/core/browser';
import { runKey } from './keys.js';
import { classesOf } from './measure/classes-of.js';
import { overlapOf } from './overlap.js';
import { PlaneMasks } from './planes/plane-masks.js';
import { PlaneSource } from './planes/plane-source.js';
import type { PlaneName } from './planes/plane-shape.js';
import { maskVolume } from './save/mask-volume.js';
import { viewPicture } from './save/view-picture.js';
import { writeDicomSeg } from './save/write-dicom-seg.js';
import { writeNiftiMask } from './save/write-nifti-mask.js';
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
import { createMeasurePanel } from './ui/measure-panel.js';
import { createOverlayPanel } from './ui/overlay-panel.js';
import { createPlanes, crossOf, hasPlanes, type Planes } from './ui/plane-view.js';
import { createPredictionPanel } from './ui/prediction-panel.js';
import { createSavePanel } from './ui/save-panel.js';
import { createSliceBar } from './ui/slice-bar.js';
import { createStage, shapeOf, type Stage } from './ui/stage.js';
import { createToolbar } from './ui/toolbar.js';
import { createWarnings } from './ui/warnings.js';
import { createWindowPanel } from './ui/window-panel.js';
import type {
  MaskClass,
  Part,
  PlaneModel,
  SaveKind,
  ViewActions,
  ViewModel,
} from './view-model.js';
import { defaultViewState, parseViewState, type ViewState } from './view-state.js';
import {
  isWithheld,
  scoredSlices,
  toViewerError,
  type Known,
  type PredictionStatus,
  type SliceProvider,
  type Truth,
  type ViewerError,
  type ViewerVolume,
} from './viewer-volume.js';
import { panBy, zoomAround } from './viewport.js';
import { defaultWindow } from './window-choice.js';

/** The viewer's events for its host; all are `CustomEvent`s on the element. */
export interface ViewerEventMap {
  slicechange: CustomEvent<{ index: number }>;
  /** The slice is on the screen. */
  slicepainted: CustomEvent<{ index: number }>;
  windowchange: CustomEvent<Window>;
  requestprediction: CustomEvent<undefined>;
  cancelprediction: CustomEvent<undefined>;
  /** The host has set the state of the prediction. */
  predictionchange: CustomEvent<undefined>;
  /** The user wants to retry opening the volume after an error. */
  retry: CustomEvent<undefined>;
  statechange: CustomEvent<ViewState>;
  /** The user wants another volume of a file with several. */
  timepoint: CustomEvent<{ index: number }>;
  /** The user wants to choose the expert's mask. */
  choosemask: CustomEvent<undefined>;
  /** A text for the clipboard. */
  copytext: CustomEvent<{ text: string }>;
  /** Bytes for a file, with a suggested name. */
  savefile: CustomEvent<{ name: string; bytes: Uint8Array }>;
  /** Why nothing can be saved, as a message. */
  savefailed: CustomEvent<{ message: string }>;
}

type ViewerListeners = HTMLElementEventMap & ViewerEventMap;

/** Bytes of decoded slices to keep: 256 slices of 512 × 512. */
const cacheBytes = 256 * 1024 * 1024;
const prefetchedSlices = 4;

/**
 * `<groundglass-viewer>`: shows the slices of a CT volume, what a model sees in them, and how it agrees with an expert.
 *
 * The host passes a volume and a provider of its slices to {@link open}, and the prediction to {@link prediction}; it listens to
 * {@link ViewerEventMap}. The attribute `renderer`, set before it is connected, is a {@link RendererChoice}. Needs no framework, no inline
 * style and no `eval`.
 */
export class GroundglassViewer extends HTMLElement {
  /** Whether the host handles `choosemask`; set before the element is connected. */
  canChooseMask = false;
  #strings: ViewerStrings = defaultStrings;
  #view: ViewState = defaultViewState;
  #volume: ViewerVolume | undefined;
  #slices: SliceCache<CtSlice> | undefined;
  #truths: SliceCache<{ mask: Uint8Array | undefined }> | undefined;
  #truthFacts: Truth | undefined;
  #classes: { of: Uint8Array; values: readonly number[] } | undefined;
  #provider: SliceProvider | undefined;
  #opened: { volume: ViewerVolume; provider: SliceProvider } | undefined;
  #colours: { of: number; picture: RgbaPicture } | undefined;
  #known: Known | undefined;
  #planeSource: PlaneSource | undefined;
  readonly #planeMasks = new PlaneMasks();
  #planes: Record<PlaneName, PlaneRequest> = { coronal: {}, sagittal: {} };
  #planesElement: Planes | undefined;
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

  /** The user's settings, for the host to save and restore. */
  get viewState(): ViewState {
    return this.#view;
  }

  set viewState(state: unknown) {
    this.#change(parseViewState(state));
  }

  /** What is known about the picture apart from its pixels. */
  set known(known: Known | undefined) {
    this.#known = known;
    this.#schedule();
  }

  /** What is open; the same object until something else is. */
  get opened(): { readonly volume: ViewerVolume; readonly provider: SliceProvider } | undefined {
    return this.#opened;
  }

  get prediction(): PredictionStatus {
    return this.#prediction;
  }

  /** Shows the state of the prediction. */
  set prediction(status: PredictionStatus) {
    this.#prediction = status;
    this.#schedule();
    this.#emit('predictionchange', undefined);
  }

  /** `webgl2` or `canvas2d`; undefined before the element is connected. */
  get renderer(): 'webgl2' | 'canvas2d' | undefined {
    return this.#stage?.renderer;
  }

  /** Shows a volume. The user's settings stay; the slice and window are reset unless `state` has them. */
  open(volume: ViewerVolume, provider: SliceProvider, state?: unknown): void {
    this.#reset();
    this.#volume = volume;
    this.#provider = provider;
    this.#opened = { volume, provider };
    this.#slices = new SliceCache({
      load: (index, signal) => provider.slice(index, signal),
      sizeOf: ({ pixels }) => pixels.byteLength,
      maxBytes: cacheBytes,
    });
    if (provider.truth) this.#compareWith({ mask: provider.truth });
    this.#view =
      state === undefined
        ? {
            ...this.#view,
            slice: Math.floor((volume.sliceCount - 1) / 2),
            window: undefined,
            zoom: 'fit',
            centre: undefined,
            cross: undefined,
            measurements: [],
          }
        : parseViewState(state);
    this.#view = { ...this.#view, slice: Math.min(this.#view.slice, volume.sliceCount - 1) };
    this.#want();
  }

  /** Sets the expert's masks of the open volume, for a host that searches for them while its slices are already on the screen. */
  compareWith(truth: Truth): void {
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

  /** Focuses the picture. */
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
      createMeasurePanel(strings, actions),
      createWindowPanel(strings, actions),
      createSavePanel(strings, actions),
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
    this.#planesElement = createPlanes(strings, actions);
    const help = createHelpDialog(strings, actions);
    root.replaceChildren(
      toolbar.element,
      this.#stage.element,
      this.#planesElement.element,
      error.element,
      this.#panel,
      sliceBar.element,
      help.element,
    );
    this.#parts = [
      ...[toolbar, error, sliceBar, help, ...panelParts],
      ...[this.#planesElement, this.#stage],
    ];
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
      this.#planesElement?.dispose();
      this.#planeSource?.dispose();
      this.#stage = undefined;
      this.#parts = [];
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      this.#frame = undefined;
    });
  }

  readonly #actions: ViewActions = {
    current: () => this.#view,
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
      // A failed slice is requested again; a failed volume is for the host to open again.
      if (this.#volume) this.#want();
      else this.#emit('retry', undefined);
    },
    chooseTimePoint: (index) => {
      this.#emit('timepoint', { index });
    },
    chooseMask: () => {
      this.#emit('choosemask', undefined);
    },
    copy: (text) => {
      this.#copy(text);
    },
    save: (kind) => {
      void this.#save(kind);
    },
    toggleHelp: (open = !this.#helpOpen) => {
      this.#helpOpen = open;
      this.#schedule();
    },
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const isCopy = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c';
    const reading = this.#stage?.reading;
    if (isCopy && reading !== undefined && !getSelection()?.toString()) {
      this.#copy(reading);
      event.preventDefault();
      return;
    }
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
    if (this.#view.planes) this.#wantPlanes();
    if ('window' in change && this.#volume) this.#emit('windowchange', this.#window());
    // Not with the next frame: a page that is being hidden never draws it, and the user's last change would be lost.
    queueMicrotask(() => {
      this.#report();
    });
    this.#schedule();
  }

  /** Shows the view's slice, from memory or once it has arrived, and fetches its neighbours. */
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
    this.#wantColours();
    if (this.#view.planes) this.#wantPlanes();
    this.#schedule();
  }

  #ahead({ sliceCount }: ViewerVolume): number[] {
    return neighbours(this.#view.slice, this.#direction, prefetchedSlices, sliceCount);
  }

  /** Fetches the neighbours of the requested slice, once, when it is on the screen. */
  #fetchAhead(): void {
    const [slices, volume] = [this.#slices, this.#volume];
    if (!slices || !volume || !this.#isAheadWanted) return;
    this.#isAheadWanted = false;
    for (const next of this.#ahead(volume)) slices.load(next).catch(() => undefined);
  }

  #compareWith(truth: Truth): void {
    this.#truthFacts = truth;
    this.#truths = new SliceCache({
      load: async (index, signal) => ({ mask: await truth.mask(index, signal) }),
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
    // A mask that cannot be read removes the comparison, never the picture.
    truths?.load(index).then(
      ({ mask }) => {
        use(mask);
      },
      () => {
        use(undefined);
      },
    );
  }

  /** Fetches the slice's own colours, if the picture has any. */
  #wantColours(): void {
    const provider = this.#provider;
    const index = this.#view.slice;
    if (!provider?.colours || this.#colours?.of === index) return;
    provider.colours(index, new AbortController().signal).then(
      (picture) => {
        if (this.#provider !== provider || this.#view.slice !== index) return;
        this.#colours = { of: index, picture };
        this.#schedule();
      },
      // The grey picture stays.
      () => undefined,
    );
  }

  /** Fetches the planes at the crosshair; while one is loading, only the newest position is requested next. */
  #wantPlanes(): void {
    const [volume, provider] = [this.#volume, this.#provider];
    if (!volume || !provider || !hasPlanes(volume)) return;
    const [column, row] = crossOf({ view: this.#view, volume });
    this.#wantPlane('coronal', row, volume, provider);
    this.#wantPlane('sagittal', column, volume, provider);
  }

  #wantPlane(plane: PlaneName, index: number, volume: ViewerVolume, provider: SliceProvider): void {
    const request = this.#planes[plane];
    if (request.wanted === index) return;
    request.wanted = index;
    if (request.isBusy) return;
    request.isBusy = true;
    const isCurrent = () => this.#planes[plane] === request;
    this.#planeOf(volume, provider)(plane, index, new AbortController().signal)
      .then(
        (slice) => {
          request.slice = slice;
          request.error = undefined;
        },
        (error: unknown) => {
          request.error = toViewerError(error);
        },
      )
      .finally(() => {
        request.isBusy = false;
        if (!isCurrent()) return;
        this.#schedule();
        const { wanted } = request;
        if (wanted === undefined || wanted === index) return;
        request.wanted = undefined;
        this.#wantPlane(plane, wanted, volume, provider);
      });
  }

  #planeOf(volume: ViewerVolume, provider: SliceProvider): NonNullable<SliceProvider['plane']> {
    if (provider.plane) return provider.plane;
    const { columns, rows, sliceCount, unit } = volume;
    const source = (this.#planeSource ??= new PlaneSource({
      ...{ columns, rows, sliceCount, unit },
      slice: (index, signal) => provider.slice(index, signal),
    }));
    return (plane, index, signal) => source.plane(plane, index, signal);
  }

  /** A plane as drawn: its pixels, and the masks along it that are decoded so far. */
  #planeModel(plane: PlaneName): PlaneModel {
    const { slice, error } = this.#planes[plane];
    const volume = this.#volume;
    if (!slice || !volume || isWithheld(this.#prediction)) return { slice, mask: undefined, error };
    const { mask, isComplete } = this.#planeMasks.along(
      ...([plane, slice.index, volume, scoredSlices(this.#prediction)] as const),
    );
    if (!isComplete) this.#schedule();
    return { slice, mask, error };
  }

  /** Writes the view or the mask; the host decides where to. */
  async #save(kind: SaveKind): Promise<void> {
    const [volume, slice, stage] = [this.#volume, this.#slice, this.#stage];
    if (!volume || !slice || !stage) return;
    const stem = volume.title.replace(/\.(nii\.gz|[^.]+)$/i, '') || volume.title;
    const place = volume.sliceCount > 1 ? `-${slice.index + 1}` : '';
    const failed = (message: string) => {
      this.#emit('savefailed', { message });
    };
    try {
      switch (kind) {
        case 'view': {
          const pictures = this.#planesElement?.pictures ?? [];
          const frames = [
            stage.element,
            ...(pictures.length ? [this.#planesElement!.element] : []),
          ];
          const bytes = await viewPicture(frames, [stage.picture, ...pictures]);
          this.#saveFile({ name: `${stem}${place}.view.png`, bytes });
          return;
        }
        case 'mask-png': {
          const mask = this.#maskValues();
          if (!mask) {
            failed(this.#strings.saveNoMask);
            return;
          }
          const from = this.#view.maskThreshold * 255;
          const data = Uint8Array.from(mask, (value) => (value >= from ? 255 : 0));
          const { columns, rows } = slice;
          const bytes = encodePng({ columns, rows, channels: 1, data });
          this.#saveFile({ name: `${stem}${place}.mask.png`, bytes });
          return;
        }
        case 'mask-nifti':
        case 'mask-seg': {
          this.#saveVolume(kind, volume, stem);
          return;
        }
        default:
          kind satisfies never;
      }
    } catch (error) {
      failed(error instanceof Error ? error.message : String(error));
    }
  }

  /** Passes a file to the host; if the host does not handle it, the page downloads it. */
  #saveFile(file: { name: string; bytes: Uint8Array }): void {
    if (!this.#emit('savefile', file)) return;
    const url = URL.createObjectURL(new Blob([new Uint8Array(file.bytes)]));
    make('a', { attributes: { href: url, download: file.name } }).click();
    setTimeout(() => {
      URL.revokeObjectURL(url);
    }, 60_000);
  }

  #copy(text: string): void {
    const isLeft = this.#emit('copytext', { text });
    // Pages in insecure contexts have no clipboard.
    if (isLeft && 'clipboard' in navigator) void navigator.clipboard.writeText(text);
  }

  #saveVolume(kind: 'mask-nifti' | 'mask-seg', volume: ViewerVolume, stem: string): void {
    const scored = scoredSlices(this.#prediction);
    const mask = maskVolume(volume, scored, this.#view.maskThreshold);
    const message =
      kind === 'mask-seg' && !volume.geometry
        ? this.#strings.saveNoGeometry
        : kind === 'mask-seg' && !mask.values.includes(1)
          ? this.#strings.saveEmpty
          : undefined;
    if (message !== undefined) {
      this.#emit('savefailed', { message });
      return;
    }
    if (kind === 'mask-nifti') {
      const bytes = writeNiftiMask(mask, volume.geometry);
      this.#saveFile({ name: `${stem}.mask.nii`, bytes });
      return;
    }
    const model =
      this.#prediction.kind === 'done'
        ? this.#prediction.prediction.model
        : { name: 'unknown', version: '0' };
    const bytes = writeDicomSeg(mask, {
      ...{ geometry: volume.geometry!, metadata: volume.metadata, model },
      label: this.#strings.lesion,
    });
    this.#saveFile({ name: `${stem}.seg.dcm`, bytes });
  }

  #maskClasses(truth: Uint8Array | undefined): readonly MaskClass[] {
    if (!truth) return [];
    if (this.#classes?.of !== truth) this.#classes = { of: truth, values: classesOf(truth) };
    const names = this.#truthFacts?.classNames ?? {};
    return this.#classes.values.map((value) => ({ value, name: names[value] }));
  }

  #reset(): void {
    this.#slices?.clear();
    this.#truths?.clear();
    this.#slices = this.#truths = this.#slice = this.#truth = this.#painted = undefined;
    this.#volume = this.#error = this.#mask = this.#opened = undefined;
    this.#truthFacts = this.#provider = this.#colours = this.#classes = this.#known = undefined;
    this.#planeSource?.dispose();
    this.#planeSource = undefined;
    this.#planeMasks.clear();
    this.#planes = { coronal: {}, sagittal: {} };
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
      classes: this.#maskClasses(truth),
      colours: this.#coloursOf(),
      planes: { coronal: this.#planeModel('coronal'), sagittal: this.#planeModel('sagittal') },
      known: this.#known,
      canChooseMask: this.canChooseMask,
      truthName: this.#truthFacts?.name,
      hasTruth: this.#truths !== undefined,
      overlap: mask && truth && comparison ? overlapOf(mask, truth, maskThreshold) : undefined,
      error: this.#error,
      helpOpen: this.#helpOpen,
    };
  }

  /** The colours of the slice on the stage; those of another size would not match its pixels. */
  #coloursOf(): RgbaPicture | undefined {
    const slice = this.#slice;
    if (!slice || this.#colours?.of !== slice.index) return undefined;
    const { picture } = this.#colours;
    return picture.columns === slice.columns && picture.rows === slice.rows ? picture : undefined;
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

  /** Reports to the host, once per frame, what has changed since the last report. */
  #report(): void {
    if (this.#reported === this.#view) return;
    this.#reported = this.#view;
    this.#emit('statechange', this.#view);
  }

  /** @returns whether the host has left it to the viewer, by not preventing the event's default. */
  #emit<K extends keyof ViewerEventMap>(type: K, detail: ViewerEventMap[K]['detail']): boolean {
    const event = new CustomEvent(type, {
      detail,
      bubbles: true,
      composed: true,
      cancelable: true,
    });
    return this.dispatchEvent(event);
  }
}

/** State of one of the planes. */
interface PlaneRequest {
  /** The last requested position. */
  wanted?: number | undefined;
  isBusy?: boolean;
  slice?: CtSlice;
  error?: ViewerError | undefined;
}

function parseRendererChoice(text: string | null): RendererChoice {
  return text === 'webgl2' || text === 'canvas2d' ? text : 'auto';
}

/** Registers `<groundglass-viewer>`; calling it again does nothing. */
export function defineViewer(): void {
  if (!customElements.get('groundglass-viewer'))
    customElements.define('groundglass-viewer', GroundglassViewer);
}

declare global {
  interface HTMLElementTagNameMap {
    'groundglass-viewer': GroundglassViewer;
  }
}
