import type { ViewerStrings } from '../strings.js';
import type { Part, ViewActions, ViewModel } from '../view-model.js';
import { sameWindow, windowChoices, type WindowChoice } from '../window-choice.js';
import { section, Switch } from './controls.js';
import { freshId, make, setValue } from './dom.js';

/** The window by name and by numbers, and how pixels are shown. */
export function createWindowPanel(strings: ViewerStrings, actions: ViewActions): Part {
  let model: ViewModel | undefined;
  const presets = make('div', {
    class: 'segments',
    attributes: { role: 'group', 'aria-label': strings.windowPreset },
  });
  const centre = numberField(strings.windowCentre, (center) => {
    if (model) actions.setWindow({ center, width: model.window.width });
  });
  const width = numberField(strings.windowWidth, (value) => {
    if (model && value > 0) actions.setWindow({ center: model.window.center, width: value });
  });
  const inverted = new Switch(strings.inverted, (on) => {
    actions.change({ inverted: on });
  });
  const smooth = new Switch(strings.smooth, (on) => {
    actions.change({ interpolation: on ? 'linear' : 'nearest' });
  });
  let shown: readonly WindowChoice[] = [];
  return {
    element: section(
      strings.window,
      presets,
      make('div', { class: 'fields' }, centre.element, width.element),
      inverted.element,
      smooth.element,
    ),
    update(next) {
      model = next;
      const { volume, window, view } = next;
      if (!volume) return;
      const choices = windowChoices(volume);
      if (JSON.stringify(choices) !== JSON.stringify(shown)) {
        shown = choices;
        presets.replaceChildren(
          ...choices.map((choice) =>
            make(
              'button',
              {
                attributes: { type: 'button' },
                on: {
                  click: () => {
                    actions.setWindow(choice.window);
                  },
                },
              },
              strings[choice.key],
            ),
          ),
        );
      }
      for (const [at, choice] of choices.entries()) {
        presets.children[at]?.setAttribute(
          'aria-pressed',
          String(sameWindow(choice.window, window)),
        );
      }
      const step = volume.unit === 'HU' ? '10' : '0.01';
      for (const [field, value] of [
        [centre.input, window.center],
        [width.input, window.width],
      ] as const) {
        field.step = step;
        setValue(field, String(Number(value.toFixed(3))));
      }
      inverted.update(view.inverted);
      smooth.update(view.interpolation === 'linear');
    },
  };
}

function numberField(label: string, onChange: (value: number) => void) {
  const id = freshId();
  const input = make('input', {
    attributes: { type: 'number', id, inputmode: 'decimal' },
    on: {
      change: () => {
        const value = input.valueAsNumber;
        if (Number.isFinite(value)) onChange(value);
      },
    },
  });
  return {
    input,
    element: make(
      'div',
      { class: 'field' },
      make('label', { attributes: { for: id } }, label),
      input,
    ),
  };
}
