import { defineViewer, type GroundglassViewer } from '../element.js';
import { defaultStrings, fillIn, type ViewerStrings } from '../strings.js';
import { baseStyles } from '../styles/base.js';
import { freshId, make, setText, show } from '../ui/dom.js';
import type { ViewState } from '../view-state.js';
import { defaultWindow } from '../window-choice.js';
import { comparisonStyles } from './comparison-styles.js';
import {
  differenceFacts,
  differenceOf,
  type DifferenceFacts,
  type DifferenceKind,
} from './difference.js';
import { sharedView } from './shared-view.js';

/** One of the compared pictures. */
export interface ComparedSide {
  readonly title: string;
  /** Distinguishes equal titles: the picture's folder, a model, a revision. */
  readonly detail: string;
}

/**
 * `<groundglass-comparison>`: pictures side by side with linked slice, window, zoom and position; for two, a map of the difference
 * too. The host opens its {@link viewers} as it would single ones.
 */
export class GroundglassComparison extends HTMLElement {
  #strings: ViewerStrings = defaultStrings;
  #viewers: readonly GroundglassViewer[] = [];
  readonly #difference = make('groundglass-viewer');
  readonly #status = make('span', { class: 'note', attributes: { role: 'status' } });
  #kind: DifferenceKind | 'none' = 'none';
  #isLinked = true;
  /** What each viewer shows and the difference was made from. */
  #shown: readonly unknown[] = [];
  /** Views that linking has set: reports of these are not the user's changes. */
  readonly #set = new Map<GroundglassViewer, ViewState>();
  #column: HTMLElement | undefined;
  /** Differences of the slices subtracted so far, by slice number. */
  readonly #facts = new Map<number, DifferenceFacts>();

  /** Texts; set before the sides are. */
  set strings(strings: ViewerStrings) {
    this.#strings = strings;
  }

  /** The viewers of the sides, in their order. */
  get viewers(): readonly GroundglassViewer[] {
    return this.#viewers;
  }

  /** Shows viewers for these pictures; for two, optionally with the difference. */
  setSides(sides: readonly ComparedSide[], kind: DifferenceKind): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(baseStyles + comparisonStyles);
    root.adoptedStyleSheets = [sheet];
    this.#kind = sides.length === 2 ? kind : 'none';
    this.#viewers = sides.map(() => this.#viewer(make('groundglass-viewer')));
    this.#viewer(this.#difference).addEventListener('slicepainted', ({ detail }) => {
      const facts = this.#facts.get(detail.index);
      if (facts) this.#tell(facts);
    });
    const columns = this.#viewers.map((viewer, at) => column(sides[at]!, viewer));
    this.#column = column(
      { title: this.#strings.differenceTitle, detail: this.#strings.differenceDetail },
      this.#difference,
    );
    show(this.#column, false);
    root.replaceChildren(
      this.#bar(sides.length === 2),
      make('div', { class: 'sides' }, ...columns, this.#column),
    );
  }

  /** Focuses the first picture. */
  override focus(): void {
    this.#viewers[0]?.focus();
  }

  #bar(hasDifference: boolean): HTMLElement {
    const { linked, differenceTitle, differenceNone, differenceOfValues, differenceOfMasks } =
      this.#strings;
    const link = make(
      'button',
      {
        class: 'button secondary link',
        attributes: { type: 'button', 'aria-pressed': 'true' },
        on: {
          click: () => {
            this.#isLinked = !this.#isLinked;
            link.setAttribute('aria-pressed', String(this.#isLinked));
            if (this.#isLinked) this.#follow(this.#viewers[0]);
          },
        },
      },
      linked,
    );
    const id = freshId();
    const choices: readonly (readonly [DifferenceKind | 'none', string])[] = [
      ['none', differenceNone],
      ['values', differenceOfValues],
      ['masks', differenceOfMasks],
    ];
    const select = make(
      'select',
      {
        class: 'time-point',
        attributes: { id },
        on: {
          change: () => {
            this.#kind = choices[select.selectedIndex]![0];
            this.#refresh();
          },
        },
      },
      ...choices.map(([value, text]) => make('option', { attributes: { value } }, text)),
    );
    select.value = this.#kind;
    const label = make('label', { attributes: { for: id } }, differenceTitle);
    return make(
      'div',
      {
        class: 'bar',
        attributes: { role: 'toolbar', 'aria-label': this.#strings.comparedPictures },
      },
      link,
      ...(hasDifference ? [label, select] : []),
      this.#status,
    );
  }

  #viewer(viewer: GroundglassViewer): GroundglassViewer {
    viewer.strings = this.#strings;
    viewer.setAttribute('renderer', this.getAttribute('renderer') ?? 'auto');
    viewer.addEventListener('slicepainted', () => {
      this.#refresh();
    });
    viewer.addEventListener('predictionchange', () => {
      this.#refresh();
    });
    viewer.addEventListener('statechange', ({ detail }) => {
      if (this.#set.get(viewer) !== detail && this.#isLinked) this.#follow(viewer);
    });
    return viewer;
  }

  /** Applies the view of one viewer to the others. */
  #follow(leader: GroundglassViewer | undefined): void {
    const from = leader?.opened?.volume;
    if (!leader || !from) return;
    const window = leader.viewState.window ?? defaultWindow(from);
    for (const viewer of [...this.#viewers, this.#difference]) {
      const to = viewer.opened?.volume;
      if (viewer === leader || !to) continue;
      const shared = sharedView(leader.viewState, window, from, to);
      // Differences have their own window.
      const own = from.isDifference === to.isDifference ? {} : { window: viewer.viewState.window };
      viewer.viewState = { ...viewer.viewState, ...shared, ...own };
      this.#set.set(viewer, viewer.viewState);
    }
  }

  /** Recomputes the difference if a picture or a prediction has changed. */
  #refresh(): void {
    const opened = this.#viewers.map((viewer) => viewer.opened);
    const statuses = this.#viewers.map(({ prediction }) => prediction);
    const shown = [this.#kind, ...opened, ...(this.#kind === 'masks' ? statuses : [])];
    if (shown.length === this.#shown.length && shown.every((each, at) => each === this.#shown[at]))
      return;
    const isOther = opened.some((each, at) => each !== this.#shown[at + 1]);
    this.#shown = shown;
    if (isOther && this.#isLinked) this.#follow(this.#viewers.find(({ opened: own }) => own));
    this.#showDifference();
  }

  #showDifference(): void {
    const [first, second] = this.#viewers;
    if (!this.#column) return;
    const [a, b] = [first?.opened, second?.opened];
    if (this.#kind === 'none' || !first || !second || !a || !b) {
      show(this.#column, false);
      setText(this.#status, '');
      return;
    }
    const { prediction } = first;
    const made = differenceOf(
      this.#kind,
      { ...a, prediction },
      { ...b, prediction: second.prediction },
      this.#strings,
    );
    show(this.#column, !('reason' in made));
    if ('reason' in made) {
      setText(this.#status, made.reason);
      return;
    }
    const { volume, provider } = made;
    this.#facts.clear();
    const window = defaultWindow(volume);
    const state: Partial<ViewState> = { ...first.viewState, window, panelOpen: false };
    this.#difference.open(
      volume,
      {
        slice: async (index, signal) => {
          const slice = await provider.slice(index, signal);
          this.#facts.set(index, differenceFacts(slice));
          return slice;
        },
      },
      state,
    );
  }

  #tell({ count, pixels, mean, largest }: DifferenceFacts): void {
    const share = ((count / pixels) * 100).toFixed(1);
    const short = (value: number) => String(Number(value.toPrecision(3)));
    setText(
      this.#status,
      count === 0
        ? this.#strings.differenceEmpty
        : fillIn(this.#strings.differenceFacts, count, share, short(mean), short(largest)),
    );
  }
}

function column({ title, detail }: ComparedSide, viewer: GroundglassViewer): HTMLElement {
  const caption = make(
    'h2',
    { class: 'caption' },
    title,
    detail === '' ? undefined : make('span', { class: 'note' }, ` ${detail}`),
  );
  return make(
    'section',
    { class: 'side', attributes: { 'aria-label': `${title} ${detail}`.trim() } },
    caption,
    viewer,
  );
}

/** Registers `<groundglass-comparison>`; calling it again does nothing. */
export function defineComparison(): void {
  defineViewer();
  if (!customElements.get('groundglass-comparison'))
    customElements.define('groundglass-comparison', GroundglassComparison);
}

declare global {
  interface HTMLElementTagNameMap {
    'groundglass-comparison': GroundglassComparison;
  }
}
