import { fillIn } from '../strings.js';
import { make, setText } from '../ui/dom.js';
import type { GalleryActions, GalleryPart } from './gallery-model.js';
import type { GalleryStrings } from './gallery-strings.js';

/** Pictures that a comparison accepts. */
const mostCompared = 4;

/** How many rows are shown and selected, what can be done with those, and what the user should know. */
export function createGalleryFooter(
  strings: GalleryStrings,
  actions: GalleryActions,
): GalleryPart & { say(text: string): void } {
  const notes = make('ul', { class: 'notes' });
  const shown = make('span', { attributes: { role: 'status' } });
  const selected = make('span');
  const said = make('span', { class: 'note', attributes: { role: 'status' } });
  const button = (name: string, run: () => void) =>
    make(
      'button',
      { class: 'button quiet', attributes: { type: 'button' }, on: { click: run } },
      name,
    );
  const together = button(strings.openTogether, () => {
    actions.open('together');
  });
  const compared = button(strings.compareLinked, () => {
    actions.open('compared');
  });
  const picture = button(strings.copyPicture, () => {
    actions.copyPicture();
  });
  const ofSelection = make(
    'span',
    { class: 'of-selection' },
    selected,
    button(strings.open, () => {
      actions.open('here');
    }),
    together,
    compared,
    button(strings.copyPaths, () => {
      actions.copyPaths();
    }),
    picture,
  );
  const hint = make('span', { class: 'note hint' }, strings.keysHint);
  const element = make(
    'footer',
    { class: 'footer' },
    notes,
    make('div', { class: 'footer-line' }, shown, ofSelection, said, hint),
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  return {
    element,
    say(text) {
      setText(said, text);
      clearTimeout(timer);
      timer = setTimeout(() => {
        setText(said, '');
      }, 3000);
    },
    update({ store, shown: { order }, selection }) {
      setText(shown, fillIn(strings.shown, order.length, store.count));
      setText(selected, fillIn(strings.selected, selection.chosen.size));
      ofSelection.hidden = selection.chosen.size === 0;
      hint.hidden = selection.chosen.size > 0;
      together.hidden = selection.chosen.size < 2;
      compared.hidden = selection.chosen.size < 2 || selection.chosen.size > mostCompared;
      picture.hidden = selection.chosen.size !== 1;
      const { notes: texts } = store.facts;
      notes.hidden = texts.length === 0;
      if (notes.dataset.texts !== texts.join('\n')) {
        notes.dataset.texts = texts.join('\n');
        notes.replaceChildren(...texts.map((text) => make('li', {}, text)));
      }
    },
  };
}
