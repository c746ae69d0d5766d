import { warningCodes, type WarningCode } from '@groundglass/core/browser';
import type { ViewerStrings } from '../strings.js';
import type { Part, ViewModel } from '../view-model.js';
import { make, show } from './dom.js';
import { icon } from './icons.js';

/** What the user should know about the image and the result, in words. */
export function createWarnings(strings: ViewerStrings): Part {
  const list = make('ul', { attributes: { 'aria-label': strings.warnings } });
  const element = make('div', { class: 'warnings' }, list);
  let shown = '';
  return {
    element,
    update(model) {
      const codes = warningsOf(model);
      const notes = model.volume?.notes ?? [];
      show(element, codes.length + notes.length > 0);
      const key = JSON.stringify([codes, notes]);
      if (key === shown) return;
      shown = key;
      list.replaceChildren(
        ...codes.map((code) => line(strings[code], { 'data-code': code })),
        ...notes.map((note) => line(note)),
      );
    },
  };
}

function line(text: string, attributes: Record<string, string> = {}): HTMLLIElement {
  return make('li', { attributes }, icon('warning'), make('span', {}, text));
}

/** The warnings of the file and of the prediction, each once, the gravest (a model that knows nothing) first. */
export function warningsOf({
  volume,
  prediction,
}: Pick<ViewModel, 'volume' | 'prediction'>): WarningCode[] {
  const found = new Set(volume?.warnings);
  if (prediction.kind === 'done') {
    for (const code of prediction.prediction.warnings) found.add(code);
    if (!prediction.prediction.model.trained) found.add('MODEL_UNTRAINED');
  }
  const first = (code: WarningCode) => Number(code !== 'MODEL_UNTRAINED');
  return warningCodes.filter((code) => found.has(code)).sort((a, b) => first(a) - first(b));
}
