import { fillIn } from '../strings.js';
import { freshId, make } from '../ui/dom.js';
import { countFacet, facets, filterRows, noValue, type Facet } from './filter-rows.js';
import {
  outcomeName,
  type GalleryActions,
  type GalleryModel,
  type GalleryPart,
} from './gallery-model.js';
import type { GalleryStrings } from './gallery-strings.js';

/** Values of a facet that are listed; the text filter finds the others. */
const mostValues = 12;

/** The filter: each facet's values with the number of rows that each would show. */
export function createFacetsPanel(actions: GalleryActions): GalleryPart {
  const element = make('div', { class: 'facets' });
  let drawn: unknown[] = [];
  return {
    element,
    update(model) {
      const { store, state, strings } = model;
      const depends = [store, state.filter, state.threshold];
      if (depends.every((value, at) => value === drawn[at])) return;
      drawn = depends;
      const focused = focusedValue(element);
      element.replaceChildren(
        make('h2', {}, strings.filters),
        ...facets.flatMap((facet) => facetOf(model, facet, actions)),
      );
      if (focused !== undefined) {
        element
          .querySelector<HTMLInputElement>(`input[data-value="${CSS.escape(focused)}"]`)
          ?.focus();
      }
    },
  };
}

/** Redrawing must not take the focus from the box that was just ticked. */
function focusedValue(element: HTMLElement): string | undefined {
  const root = element.getRootNode() as Document | ShadowRoot;
  const { activeElement } = root;
  return activeElement instanceof HTMLInputElement && element.contains(activeElement)
    ? activeElement.dataset.value
    : undefined;
}

function facetOf(model: GalleryModel, facet: Facet, actions: GalleryActions): HTMLElement[] {
  const { store, state, strings } = model;
  const chosen = state.filter.facets[facet] ?? [];
  // A facet's counts are of the rows that pass all other facets: the number that ticking a box would show.
  const others = { ...state.filter, cell: null, facets: { ...state.filter.facets, [facet]: [] } };
  const counts = countFacet(
    store,
    filterRows(store, others, state.threshold),
    facet,
    state.threshold,
  );
  // A facet with the same value in all rows is useless.
  if (chosen.length === 0 && (counts.length < 2 || counts.every(([value]) => value === noValue)))
    return [];
  const missing = chosen
    .filter((value) => !counts.some(([known]) => known === value))
    .map((value): [string, number] => [value, 0]);
  const listed = [...counts, ...missing].filter(
    ([value], at) => at < mostValues || chosen.includes(value),
  );
  const rest = counts.length + missing.length - listed.length;
  return [
    make(
      'fieldset',
      {},
      make('legend', {}, facetName(strings, facet)),
      ...listed.map(([value, count]) => valueBox(model, facet, value, count, actions)),
      rest > 0 ? make('p', { class: 'note' }, fillIn(strings.more, rest)) : undefined,
    ),
  ];
}

function valueBox(
  { state, strings }: GalleryModel,
  facet: Facet,
  value: string,
  count: number,
  actions: GalleryActions,
): HTMLElement {
  const id = freshId();
  const chosen = state.filter.facets[facet] ?? [];
  const box = make('input', {
    attributes: { type: 'checkbox', id, 'data-value': `${facet}:${value}` },
    on: {
      change: () => {
        actions.change(({ filter }) => {
          const others = (filter.facets[facet] ?? []).filter((other) => other !== value);
          const next = box.checked ? [...others, value] : others;
          return { filter: { ...filter, facets: { ...filter.facets, [facet]: next } } };
        });
      },
    },
  });
  box.checked = chosen.includes(value);
  const name = value === noValue ? strings.none : outcomeName(strings, value);
  return make(
    'div',
    { class: 'facet-value' },
    box,
    make('label', { attributes: { for: id, title: name } }, name),
    make('span', { class: 'count' }, String(count)),
  );
}

function facetName(strings: GalleryStrings, facet: Facet): string {
  const key = `facet${facet[0]!.toUpperCase()}${facet.slice(1)}` as `facet${Capitalize<Facet>}`;
  return strings[key];
}
