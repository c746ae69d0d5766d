import { errorCatalogue } from '@groundglass/core/browser';
import type { ViewerStrings } from '../strings.js';
import type { ViewerError } from '../viewer-volume.js';
import type { Part, ViewActions } from '../view-model.js';
import { make, setText, show } from './dom.js';
import { icon } from './icons.js';

/** What went wrong, over the stage: title, sentence, what to do, the code to search for, and a button to try again. */
export function createErrorPanel(strings: ViewerStrings, actions: ViewActions): Part {
  const title = make('h2');
  const message = make('p', { class: 'error-message' });
  const advice = make('p', { class: 'error-advice' });
  const code = make('code');
  const element = make(
    'div',
    { class: 'error', attributes: { role: 'alert' } },
    make(
      'div',
      { class: 'error-card' },
      icon('warning'),
      title,
      message,
      advice,
      make(
        'button',
        {
          class: 'button primary',
          attributes: { type: 'button' },
          on: {
            click: () => {
              actions.retry();
            },
          },
        },
        strings.retry,
      ),
      make('p', {}, code),
    ),
  );
  return {
    element,
    update({ error }) {
      show(element, error !== undefined);
      if (!error) return;
      const words = describeError(error);
      setText(title, words.title);
      setText(message, error.message);
      setText(advice, words.advice);
      setText(code, error.code);
    },
  };
}

/** Title and advice of an error: the host's, or those of the catalogue. */
export function describeError({ code, title, advice }: ViewerError): {
  title: string;
  advice: string;
} {
  const known = Object.hasOwn(errorCatalogue, code)
    ? errorCatalogue[code as keyof typeof errorCatalogue]
    : errorCatalogue.CT_INTERNAL;
  return { title: title ?? known.title, advice: advice ?? known.advice };
}
