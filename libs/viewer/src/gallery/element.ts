import { make } from '../ui/dom.js';
import { baseStyles } from '../styles/base.js';
import { createFacetsPanel } from './facets-panel.js';
import { emptyFilter, filterRows } from './filter-rows.js';
import { createGalleryFooter } from './gallery-footer.js';
import type {
  GalleryActions,
  GalleryChange,
  GalleryModel,
  GalleryPart,
  ScoringStatus,
  ThumbnailProvider,
} from './gallery-model.js';
import {
  defaultGalleryState,
  parseGalleryState,
  tileSizes,
  type GalleryState,
} from './gallery-state.js';
import { galleryStrings, type GalleryStrings } from './gallery-strings.js';
import { galleryStyles } from './gallery-styles.js';
import { createGalleryToolbar } from './gallery-toolbar.js';
import { groupRows, type GroupedRows } from './group-rows.js';
import type { PackedRows } from './packed-rows.js';
import { reportHtml } from './report-html.js';
import { RowStore, type GalleryFacts } from './row-store.js';
import { rowsToCsv } from './rows-to-csv.js';
import { createRowsView, type RowsView } from './rows-view.js';
import { createScoresPanel } from './scores-panel.js';
import { emptySelection, select, type Selection } from './selection.js';
import { sortRows } from './sort-rows.js';
import { ThumbnailCache } from './thumbnail-cache.js';

/** Delay between a key's change in the grid and the update of scores and filters. */
const panelMs = 40;
/** The same after rows arrive: their pictures are drawn before 100,000 rows are counted. */
const firstPanelMs = 400;
const manyRows = 5000;

/** A gallery's requests to its host; rows are indices of the packed rows. */
export interface GalleryEventMap {
  /** With all rows in displayed order. */
  openrows: CustomEvent<{
    rows: number[];
    how: 'here' | 'beside' | 'together' | 'compared';
    order: Uint32Array;
  }>;
  copypaths: CustomEvent<{ rows: number[] }>;
  /** The picture of one row as a PNG, for when the page may not write to the clipboard itself. */
  copypicture: CustomEvent<{ row: number }>;
  export: CustomEvent<
    { kind: 'csv' | 'report'; text: string } | { kind: 'manifest'; rows: number[] }
  >;
  score: CustomEvent<undefined>;
  cancelscoring: CustomEvent<undefined>;
  compare: CustomEvent<undefined>;
  endcomparison: CustomEvent<undefined>;
  statechange: CustomEvent<GalleryState>;
  selectionchange: CustomEvent<{ rows: number[] }>;
}

/**
 * `<groundglass-gallery>`: the pictures of a dataset with a model's results, to sort, filter, compare and export.
 *
 * The host passes rows to {@link open} and thumbnails through a provider, and listens to {@link GalleryEventMap}. Needs no
 * framework, no inline style and no `eval`.
 */
export class GroundglassGallery extends HTMLElement {
  #strings: GalleryStrings = galleryStrings;
  #state = defaultGalleryState;
  #store: RowStore | undefined;
  #thumbnails: ThumbnailCache | undefined;
  #scope = new Uint32Array();
  #shown: GroupedRows = { order: new Uint32Array(), groups: [] };
  #selection: Selection = emptySelection;
  #scoring: ScoringStatus | null = null;
  #canScore = false;
  /** What is updated at once after each key. */
  #parts: GalleryPart[] = [];
  /** Scores and filters, whose counts over all rows take longer than a frame: updated between keys. */
  #panelParts: GalleryPart[] = [];
  #panelTimer: ReturnType<typeof setTimeout> | undefined;
  /** Rows have arrived that scores and filters do not show yet. */
  #isFresh = false;
  #view: RowsView | undefined;
  #toolbar: ReturnType<typeof createGalleryToolbar> | undefined;
  #footer: ReturnType<typeof createGalleryFooter> | undefined;
  #frame: number | undefined;

  /** Texts; set before the element is connected. */
  set strings(strings: GalleryStrings) {
    this.#strings = strings;
  }

  get state(): GalleryState {
    return this.#state;
  }

  set state(kept: unknown) {
    this.#change(parseGalleryState(kept));
  }

  /** Progress of scoring; null while nothing is being scored. */
  set scoring(status: ScoringStatus | null) {
    this.#scoring = status;
    this.#schedule();
  }

  /** Whether the button Score is shown. */
  set canScore(can: boolean) {
    this.#canScore = can;
    this.#schedule();
  }

  /** Selected rows, in displayed order. */
  get selectedRows(): number[] {
    return [...this.#shown.order].filter((row) => this.#selection.chosen.has(row));
  }

  /**
   * Shows rows. The user's settings stay, and so do the selection and the thumbnails if the same paths are at the same
   * places, as while results arrive.
   */
  open(rows: PackedRows, facts: GalleryFacts, provider: ThumbnailProvider): void {
    const before = this.#store?.rows.path;
    const isSame =
      before !== undefined &&
      before.length <= rows.count &&
      before.every((path, row) => path === rows.path[row]);
    this.#store = new RowStore(rows, facts);
    if (!isSame) {
      this.#thumbnails?.dispose();
      this.#thumbnails = undefined;
      this.#selection = emptySelection;
    }
    this.#thumbnails ??= new ThumbnailCache(provider, (row) => this.#view?.refresh(row));
    if (!isSame) this.#isFresh = true;
    const { sort, filter } = this.#state;
    // Without a second results file nothing differs.
    if (!rows.second && (sort.key === 'difference' || filter.isDifferent)) {
      this.#change({
        sort: sort.key === 'difference' ? defaultGalleryState.sort : sort,
        filter: { ...filter, isDifferent: false },
      });
      return;
    }
    this.#compute();
    this.#schedule();
  }

  /** Requests thumbnails again, of one row or of all: a file or a mask has changed. */
  refresh(row?: number): void {
    this.#thumbnails?.forget(row);
    if (row === undefined) this.#schedule();
    else this.#view?.refresh(row);
  }

  /** Shows a message briefly. */
  say(text: string): void {
    this.#footer?.say(text);
  }

  /** Focuses the rows, unless a part of the gallery already has the focus, such as the filter while typing. */
  override focus(): void {
    if (!this.shadowRoot?.activeElement) this.#view?.focus();
  }

  connectedCallback(): void {
    if (this.#parts.length > 0) return;
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(baseStyles + galleryStyles);
    root.adoptedStyleSheets = [sheet];
    const actions = this.#actions;
    this.#toolbar = createGalleryToolbar(this.#strings, actions);
    this.#view = createRowsView(actions, () => this.#thumbnails);
    this.#footer = createGalleryFooter(this.#strings, actions);
    const scores = createScoresPanel(actions);
    const facets = createFacetsPanel(actions);
    const panel = make(
      'aside',
      { class: 'panel', attributes: { 'aria-label': this.#strings.scores, tabindex: '0' } },
      scores.element,
      facets.element,
    );
    root.append(this.#toolbar.element, this.#view.element, panel, this.#footer.element);
    this.#parts = [this.#toolbar, this.#view, this.#footer];
    this.#panelParts = [scores, facets];
    this.#view.element.addEventListener('keydown', this.#onKey);
    this.addEventListener('keydown', this.#onKeyAnywhere);
    this.#schedule();
  }

  readonly #actions: GalleryActions = {
    change: (change) => {
      this.#change(change);
    },
    score: () => {
      this.#emit('score', undefined);
    },
    cancelScoring: () => {
      this.#emit('cancelscoring', undefined);
    },
    compare: () => {
      this.#emit('compare', undefined);
    },
    endComparison: () => {
      this.#emit('endcomparison', undefined);
    },
    export: (kind) => {
      this.#export(kind);
    },
    open: (how) => {
      const rows = this.#chosenOrFocused();
      if (rows.length > 0) this.#emit('openrows', { rows, how, order: this.#shown.order });
    },
    copyPaths: () => {
      const rows = this.#chosenOrFocused();
      if (rows.length > 0) this.#emit('copypaths', { rows });
    },
    copyPicture: () => {
      void this.#copyPicture();
    },
    select: (place, mode) => {
      this.#select(place, mode);
    },
    selectAll: () => {
      const chosen = new Set(this.#shown.order);
      this.#setSelection({ ...this.#selection, chosen });
    },
    clearSelection: () => {
      this.#setSelection({ ...this.#selection, chosen: new Set() });
    },
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    const { key, shiftKey } = event;
    const isControl = event.ctrlKey || event.metaKey;
    const steps = {
      ArrowLeft: 'left',
      ArrowRight: 'right',
      ArrowUp: 'up',
      ArrowDown: 'down',
      PageUp: 'pageUp',
      PageDown: 'pageDown',
    } as const;
    const last = this.#shown.order.length - 1;
    if (last < 0 || !this.#view) return;
    const focus = this.#selection.focus;
    const go = (place: number) => {
      this.#select(place, shiftKey ? 'range' : isControl ? 'focus' : 'alone');
    };
    if (key in steps) {
      const step = steps[key as keyof typeof steps];
      // In a table the left and right keys scroll.
      if (this.#state.layout === 'table' && (step === 'left' || step === 'right')) return;
      go(focus < 0 ? 0 : this.#view.step(focus, step));
    } else if (key === 'Home') go(0);
    else if (key === 'End') go(last);
    else if (key === ' ') {
      if (focus >= 0) this.#select(focus, 'toggle');
    } else if (key === 'Enter') this.#actions.open(isControl ? 'beside' : 'here');
    else if (isControl && key.toLowerCase() === 'a') this.#actions.selectAll();
    else if (isControl && key.toLowerCase() === 'c') this.#actions.copyPaths();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  readonly #onKeyAnywhere = (event: KeyboardEvent): void => {
    const target = event.composedPath()[0];
    const isTyping =
      (target instanceof HTMLInputElement &&
        target.type !== 'range' &&
        target.type !== 'checkbox') ||
      target instanceof HTMLSelectElement;
    if (event.key === 'Escape') {
      const isFiltered = this.#state.filter !== emptyFilter;
      // In the filter's own field the key is for the filter.
      if (this.#selection.chosen.size > 0 && !(isTyping && isFiltered))
        this.#actions.clearSelection();
      else if (isFiltered) this.#change({ filter: emptyFilter });
      this.#view?.focus();
      event.preventDefault();
      return;
    }
    if (isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    const { layout, masksVisible, size } = this.#state;
    const resize = (by: number) => {
      this.#change({ size: Math.min(tileSizes.most, Math.max(tileSizes.least, size + by)) });
    };
    switch (event.key) {
      case '/':
        this.#toolbar?.focusFilter();
        break;
      case 't':
        this.#change({ layout: layout === 'grid' ? 'table' : 'grid' });
        break;
      case 'm':
        this.#change({ masksVisible: !masksVisible });
        break;
      case '+':
      case '=':
        resize(tileSizes.step);
        break;
      case '-':
        resize(-tileSizes.step);
        break;
      default:
        return;
    }
    event.preventDefault();
  };

  #chosenOrFocused(): number[] {
    const chosen = this.selectedRows;
    if (chosen.length > 0) return chosen;
    const focused = this.#shown.order[this.#selection.focus];
    return focused === undefined ? [] : [focused];
  }

  #select(place: number, mode: 'alone' | 'toggle' | 'range' | 'focus'): void {
    const rowAt = (at: number) => this.#shown.order[at]!;
    this.#setSelection(select(this.#selection, place, mode, rowAt));
    this.#view?.focus();
    this.#view?.scrollTo(place);
  }

  #setSelection(selection: Selection): void {
    this.#selection = selection;
    this.#emit('selectionchange', { rows: this.selectedRows });
    this.#schedule();
  }

  #change(change: GalleryChange): void {
    const before = this.#state;
    this.#state = { ...before, ...(typeof change === 'function' ? change(before) : change) };
    const { filter, sort, grouping, threshold } = this.#state;
    const isOther =
      filter !== before.filter ||
      sort !== before.sort ||
      grouping !== before.grouping ||
      threshold !== before.threshold;
    if (isOther) this.#compute();
    this.#emit('statechange', this.#state);
    this.#schedule();
  }

  /** Filters, sorts and groups. */
  #compute(): void {
    const store = this.#store;
    if (!store) return;
    const { filter, sort, grouping, threshold } = this.#state;
    this.#scope = filterRows(
      store,
      { ...filter, cell: null },
      threshold,
    ) as Uint32Array<ArrayBuffer>;
    const passing = filter.cell ? filterRows(store, filter, threshold) : this.#scope;
    const focused = this.#shown.order[this.#selection.focus];
    this.#shown = groupRows(store, sortRows(store, passing, sort), grouping);
    // The focus stays on its picture, wherever that has moved.
    const focus = focused === undefined ? -1 : this.#shown.order.indexOf(focused);
    this.#selection = { ...this.#selection, focus, anchor: focus };
  }

  #export(kind: 'csv' | 'report' | 'manifest'): void {
    const store = this.#store;
    if (!store) return;
    const chosen = Uint32Array.from(this.selectedRows);
    const rows = chosen.length > 0 ? chosen : this.#shown.order;
    const { threshold } = this.#state;
    if (kind === 'csv') this.#emit('export', { kind, text: rowsToCsv(store, rows, threshold) });
    else if (kind === 'manifest') this.#emit('export', { kind, rows: [...rows] });
    else this.#emit('export', { kind, text: this.#report(store, rows) });
  }

  #report(store: RowStore, rows: Uint32Array): string {
    const pictures = new Map<number, string>();
    for (const row of rows) {
      const canvas = this.#view?.canvasOf(row);
      if (canvas && canvas.width > 1) pictures.set(row, canvas.toDataURL('image/png'));
    }
    const charts = [...this.shadowRoot!.querySelectorAll('.panel svg')].map((svg) =>
      new XMLSerializer().serializeToString(svg),
    );
    const { threshold } = this.#state;
    const strings = this.#strings;
    return reportHtml({ store, rows, threshold, strings, charts, pictures, time: new Date() });
  }

  async #copyPicture(): Promise<void> {
    const [row] = this.#chosenOrFocused();
    if (row === undefined) return;
    const canvas = this.#view?.canvasOf(row);
    try {
      if (!canvas) throw new Error('The picture is not in sight');
      const blob = new Promise<Blob>((resolve, reject) => {
        canvas.toBlob((made) => {
          if (made) resolve(made);
          else reject(new Error('Expected a PNG of the picture'));
        }, 'image/png');
      });
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
      this.say(this.#strings.copied);
    } catch {
      this.#emit('copypicture', { row });
    }
  }

  #schedule(): void {
    if (this.#parts.length === 0 || this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      this.#paint();
    });
  }

  #paint(): void {
    const model = this.#model;
    if (!model) return;
    for (const part of this.#parts) part.update(model);
    if (this.#panelTimer !== undefined) return;
    const delay = this.#isFresh && model.store.count > manyRows ? firstPanelMs : panelMs;
    this.#isFresh = false;
    this.#panelTimer = setTimeout(() => {
      this.#panelTimer = undefined;
      const now = this.#model;
      if (now) for (const part of this.#panelParts) part.update(now);
    }, delay);
  }

  get #model(): GalleryModel | undefined {
    const store = this.#store;
    return (
      store && {
        strings: this.#strings,
        store,
        state: this.#state,
        scope: this.#scope,
        shown: this.#shown,
        selection: this.#selection,
        scoring: this.#scoring,
        canScore: this.#canScore,
      }
    );
  }

  #emit<K extends keyof GalleryEventMap>(type: K, detail: GalleryEventMap[K]['detail']): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

/** Registers `<groundglass-gallery>`; calling it again does nothing. */
export function defineGallery(): void {
  if (!customElements.get('groundglass-gallery')) {
    customElements.define('groundglass-gallery', GroundglassGallery);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'groundglass-gallery': GroundglassGallery;
  }
}
