import { fillIn } from '../strings.js';
import { freshId, make, setText } from '../ui/dom.js';
import { Segments } from '../ui/controls.js';
import { emptyFilter } from './filter-rows.js';
import type { GalleryActions, GalleryModel, GalleryPart } from './gallery-model.js';
import { tileSizes } from './gallery-state.js';
import type { GalleryStrings } from './gallery-strings.js';
import { groupings, type Grouping } from './group-rows.js';
import { sortKeys, usualOrder, type SortKey } from './sort-rows.js';

/** Filter text, order, headings, layout, size, masks, and actions that leave the gallery. */
export function createGalleryToolbar(
  strings: GalleryStrings,
  actions: GalleryActions,
): GalleryPart & { focusFilter(): void } {
  let model: GalleryModel | undefined;
  const change: GalleryActions['change'] = (next) => {
    actions.change(next);
  };
  const text = make('input', {
    class: 'search',
    attributes: {
      type: 'search',
      placeholder: strings.filterText,
      'aria-label': strings.filterText,
    },
    on: {
      input: () => {
        change(({ filter }) => ({ filter: { ...filter, text: text.value } }));
      },
    },
  });
  const clear = button(strings.clearFilter, 'quiet', () => {
    change({ filter: emptyFilter });
  });
  const sort = selectOf(strings.sortBy, sortNames(strings), (key) => {
    change({ sort: usualOrder(key) });
  });
  const reverse = button('⇅', 'quiet', () => {
    change(({ sort: now }) => ({ sort: { ...now, descending: !now.descending } }));
  });
  reverse.setAttribute('aria-label', strings.reverse);
  reverse.title = strings.reverse;
  const headings = selectOf(strings.headings, groupingNames(strings), (grouping) => {
    change({ grouping });
  });
  const layout = new Segments<'grid' | 'table'>(
    strings.layout,
    [
      ['grid', strings.grid],
      ['table', strings.table],
    ],
    (picked) => {
      change({ layout: picked });
    },
  );
  const size = make('input', {
    class: 'size',
    attributes: {
      type: 'range',
      'aria-label': strings.size,
      title: strings.size,
      min: String(tileSizes.least),
      max: String(tileSizes.most),
      step: String(tileSizes.step / 2),
    },
    on: {
      input: () => {
        change({ size: Number(size.value) });
      },
    },
  });
  const masks = button(strings.masks, 'toggle', () => {
    change(({ masksVisible }) => ({ masksVisible: !masksVisible }));
  });
  const score = button(strings.score, 'primary', () => {
    if (model?.scoring) actions.cancelScoring();
    else actions.score();
  });
  const progress = make('progress', { attributes: { 'aria-label': strings.score } });
  const compare = button(strings.compare, 'quiet', () => {
    if (model?.store.rows.second) actions.endComparison();
    else actions.compare();
  });
  const csv = button(strings.exportCsv, 'quiet', () => {
    actions.export('csv');
  });
  const report = button(strings.exportReport, 'quiet', () => {
    actions.export('report');
  });
  const manifest = button(strings.exportManifest, 'quiet', () => {
    actions.export('manifest');
  });
  const title = make('h1', { class: 'title' });
  const element = make(
    'header',
    { class: 'toolbar' },
    make(
      'div',
      { class: 'toolbar-line' },
      title,
      make('span', { class: 'research-use' }, strings.researchUse),
      make('div', { class: 'tools' }, progress, score, compare, csv, report, manifest),
    ),
    make(
      'div',
      { class: 'toolbar-line' },
      text,
      clear,
      sort.element,
      reverse,
      headings.element,
      layout.element,
      size,
      masks,
    ),
  );
  return {
    element,
    focusFilter() {
      text.focus();
      text.select();
    },
    update(next) {
      model = next;
      const { state, store, scoring, canScore } = next;
      setText(title, store.facts.title);
      if (text.value !== state.filter.text) text.value = state.filter.text;
      const { cell, facets, isDifferent } = state.filter;
      clear.disabled =
        state.filter.text === '' &&
        cell === null &&
        !isDifferent &&
        Object.values(facets).every((values) => values.length === 0);
      sort.update(
        state.sort.key,
        sortKeys.filter((key) => key !== 'difference' || store.rows.second !== null),
      );
      headings.update(state.grouping, groupings);
      layout.update(state.layout);
      if (Number(size.value) !== state.size) size.value = String(state.size);
      const share = (state.size - tileSizes.least) / (tileSizes.most - tileSizes.least);
      size.style.setProperty('--gg-filled', `${share * 100}%`);
      size.disabled = state.layout === 'table';
      masks.setAttribute('aria-pressed', String(state.masksVisible));
      score.hidden = !canScore && !scoring;
      setText(score, scoring ? strings.cancel : strings.score);
      progress.hidden = !scoring;
      if (scoring) {
        progress.max = Math.max(1, scoring.total);
        progress.value = scoring.done;
        progress.title = fillIn(strings.scoring, scoring.done, scoring.total);
      }
      compare.hidden = store.facts.model === null;
      setText(compare, store.rows.second ? strings.endComparison : strings.compare);
      report.hidden = store.facts.model === null;
    },
  };
}

function button(name: string, kind: string, onClick: () => void): HTMLButtonElement {
  return make(
    'button',
    { class: `button ${kind}`, attributes: { type: 'button' }, on: { click: onClick } },
    name,
  );
}

function selectOf<T extends string>(
  label: string,
  names: Readonly<Record<T, string>>,
  onPick: (value: T) => void,
): { element: HTMLElement; update(value: T, offered: readonly T[]): void } {
  const id = freshId();
  const field = make('select', {
    attributes: { id },
    on: {
      change: () => {
        onPick(field.value as T);
      },
    },
  });
  let offeredNow = '';
  return {
    element: make(
      'span',
      { class: 'choice' },
      make('label', { attributes: { for: id } }, label),
      field,
    ),
    update(value, offered) {
      if (offeredNow !== offered.join(' ')) {
        offeredNow = offered.join(' ');
        field.replaceChildren(
          ...offered.map((key) => make('option', { attributes: { value: key } }, names[key])),
        );
      }
      if (field.value !== value) field.value = value;
    },
  };
}

function sortNames(strings: GalleryStrings): Record<SortKey, string> {
  return {
    given: strings.sortGiven,
    name: strings.sortName,
    error: strings.sortError,
    probability: strings.sortProbability,
    lesionFraction: strings.sortLesionFraction,
    dice: strings.sortDice,
    difference: strings.sortDifference,
  };
}

function groupingNames(strings: GalleryStrings): Record<Grouping, string> {
  return {
    none: strings.headingsNone,
    split: strings.headingsSplit,
    label: strings.headingsLabel,
    'split-label': strings.headingsSplitLabel,
    patient: strings.headingsPatient,
  };
}
