import type { MetadataEntry } from '@groundglass/core/browser';
import type { ViewerStrings } from '../strings.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import { section, Switch } from './controls.js';
import { make, setText, show } from './dom.js';

/** Lines shown at once; a header can hold thousands, and searching finds the others. */
const maxRows = 400;

/** The header of the file, with search; patient identifiers are hidden until the user reveals them. */
export function createMetadataPanel(strings: ViewerStrings, actions: ViewActions): Part {
  let model: ViewModel | undefined;
  let shownFor: string | undefined;
  const search = make('input', {
    class: 'search',
    attributes: {
      type: 'search',
      placeholder: strings.searchMetadata,
      'aria-label': strings.searchMetadata,
      spellcheck: 'false',
    },
    on: {
      input: () => {
        fill();
      },
    },
  });
  const hide = new Switch(strings.hideIdentifiers, (identifiersHidden) => {
    actions.change({ identifiersHidden });
  });
  const body = make('tbody');
  const table = make(
    'table',
    {},
    make(
      'thead',
      {},
      make(
        'tr',
        {},
        ...[strings.name, strings.value].map((name) =>
          make('th', { attributes: { scope: 'col' } }, name),
        ),
      ),
    ),
    body,
  );
  const note = make('p', { class: 'note', attributes: { role: 'status' } });
  const element = section(
    strings.metadata,
    search,
    hide.element,
    make(
      'div',
      {
        class: 'metadata-scroll',
        attributes: { tabindex: '0', role: 'region', 'aria-label': strings.metadata },
      },
      table,
    ),
    note,
  );

  function fill(): void {
    if (!model) return;
    const hidden = model.view.identifiersHidden;
    const entries = findEntries(model.volume?.metadata ?? [], search.value, hidden);
    body.replaceChildren(
      ...entries.slice(0, maxRows).map((entry) => {
        const secret = hidden && entry.identifying;
        return make(
          'tr',
          {},
          make('th', { attributes: { scope: 'row', title: entry.key } }, entry.name || entry.key),
          make(
            'td',
            secret ? { class: 'hidden-value' } : {},
            secret ? strings.hidden : entry.value,
          ),
        );
      }),
    );
    show(table, entries.length > 0);
    show(note, entries.length === 0);
    setText(note, model.volume?.metadata.length ? strings.noMatch : strings.noMetadata);
  }

  return {
    element,
    update(next) {
      const key = `${next.volume?.title ?? ''} ${next.volume?.metadata.length ?? 0} ${next.view.identifiersHidden}`;
      const stale = key !== shownFor || next.volume !== model?.volume;
      model = next;
      shownFor = key;
      hide.update(next.view.identifiersHidden);
      if (stale) fill();
    },
  };
}

/**
 * The entries whose tag, name or value contains the words, in any order and case. Hidden values are not searched: a match
 * would reveal them.
 */
export function findEntries(
  entries: readonly MetadataEntry[],
  text: string,
  identifiersHidden: boolean,
): MetadataEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return entries.filter(({ key, name, value, identifying }) => {
    const searched =
      `${key} ${name} ${identifying && identifiersHidden ? '' : value}`.toLowerCase();
    return words.every((word) => searched.includes(word));
  });
}
