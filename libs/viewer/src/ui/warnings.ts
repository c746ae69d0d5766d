import { mergeWarnings, warningCodes, type Warning } from '@groundglass/core/browser';
import type { ViewerStrings } from '../strings.js';
import type { Part, ViewModel } from '../view-model.js';
import { make, show } from './dom.js';
import { icon } from './icons.js';

/** What the user should know about the image and the result, as text. */
export function createWarnings(strings: ViewerStrings): Part {
  const list = make('ul', { attributes: { 'aria-label': strings.warnings } });
  const element = make('div', { class: 'warnings' }, list);
  let shown = '';
  return {
    element,
    update(model) {
      const warnings = warningsOf(model);
      const notes = model.volume?.notes ?? [];
      show(element, warnings.length + notes.length > 0);
      const key = JSON.stringify([warnings, notes]);
      if (key === shown) return;
      shown = key;
      list.replaceChildren(
        ...warnings.map((warning) => line(inWords(warning), { 'data-code': warning.code })),
        ...notes.map((note) => line(note)),
      );
    },
  };

  /** The text for the code, and the details of this case. */
  function inWords({ code, file, detail }: Warning): string {
    const more = [file, detail].filter((part) => part !== undefined).join(': ');
    return more === '' ? strings[code] : `${strings[code]} (${more})`;
  }
}

function line(text: string, attributes: Record<string, string> = {}): HTMLLIElement {
  return make('li', { attributes }, icon('warning'), make('span', {}, text));
}

/** The warnings of the file and of the prediction without repeats, the gravest (an untrained model) first. */
export function warningsOf({
  volume,
  prediction,
}: Pick<ViewModel, 'volume' | 'prediction'>): Warning[] {
  const found = mergeWarnings(
    volume?.warnings ?? [],
    prediction.kind === 'done' ? prediction.prediction.warnings : [],
    prediction.kind === 'done' && prediction.prediction.model.trained === false
      ? [{ code: 'MODEL_UNTRAINED' }]
      : [],
  );
  const rank = ({ code }: Warning) =>
    code === 'MODEL_UNTRAINED' ? -1 : warningCodes.indexOf(code);
  return found.sort((a, b) => rank(a) - rank(b));
}
