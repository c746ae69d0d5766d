import { freshId, make, setText, setValue } from './dom.js';
import { icon, type IconName } from './icons.js';

/** An icon button; its name is also its tooltip. */
export function iconButton(name: IconName, label: string, onClick: () => void): HTMLButtonElement {
  return make(
    'button',
    {
      class: 'icon-button',
      attributes: { type: 'button', 'aria-label': label, title: label },
      on: { click: onClick },
    },
    icon(name),
  );
}

/** Marks a toggle button as pressed. */
export function setPressed(button: HTMLButtonElement, pressed: boolean): void {
  button.setAttribute('aria-pressed', String(pressed));
}

/** A slider with its name and its value next to it. */
export class LabelledSlider {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #output: HTMLElement;

  constructor(label: string, onInput: (share: number) => void) {
    const id = freshId();
    this.#output = make('span', { class: 'slider-value' });
    this.#input = make('input', {
      attributes: { type: 'range', id, min: '0', max: '100', step: '1' },
      on: {
        input: () => {
          onInput(Number(this.#input.value) / 100);
        },
      },
    });
    this.element = make(
      'div',
      { class: 'labelled-slider' },
      make('label', { attributes: { for: id } }, label),
      this.#output,
      this.#input,
    );
  }

  /** @param share 0–1. */
  update(share: number, disabled: boolean): void {
    const text = `${Math.round(share * 100)} %`;
    setValue(this.#input, String(Math.round(share * 100)));
    this.#input.disabled = disabled;
    this.#input.setAttribute('aria-valuetext', text);
    this.#input.style.setProperty('--gg-filled', `${share * 100}%`);
    setText(this.#output, text);
  }
}

/** A check box with its name, shown as a switch. */
export class Switch {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;

  constructor(label: string, onChange: (on: boolean) => void) {
    this.#input = make('input', {
      attributes: { type: 'checkbox', role: 'switch' },
      on: {
        change: () => {
          onChange(this.#input.checked);
        },
      },
    });
    this.element = make('label', { class: 'switch' }, make('span', {}, label), this.#input);
  }

  update(on: boolean, disabled = false): void {
    this.#input.checked = on;
    this.#input.disabled = disabled;
  }
}

/** A choice between a few values, one button each. */
export class Segments<T extends string> {
  readonly element: HTMLElement;
  readonly #buttons = new Map<T, HTMLButtonElement>();

  constructor(
    label: string,
    choices: readonly (readonly [T, string])[],
    onPick: (choice: T) => void,
  ) {
    this.element = make('div', {
      class: 'segments',
      attributes: { role: 'group', 'aria-label': label },
    });
    for (const [choice, name] of choices) {
      const button = make(
        'button',
        {
          attributes: { type: 'button' },
          on: {
            click: () => {
              onPick(choice);
            },
          },
        },
        name,
      );
      this.#buttons.set(choice, button);
      this.element.append(button);
    }
  }

  update(picked: T | undefined, disabled = false): void {
    for (const [choice, button] of this.#buttons) {
      setPressed(button, choice === picked);
      button.disabled = disabled;
    }
  }
}

/** A part of the side panel that can be folded. */
export function section(title: string, ...children: (Node | string)[]): HTMLElement {
  return make(
    'details',
    { class: 'section', attributes: { open: '' } },
    make('summary', {}, make('h2', {}, title)),
    make('div', { class: 'section-body' }, ...children),
  );
}
