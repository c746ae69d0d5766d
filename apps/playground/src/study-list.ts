import type { Prediction } from '@groundglass/core/browser';
import type { FileGroup } from './file-groups.js';

/** The list of several files next to the picture: each with its verdict, and a button that shows it. */
export class StudyList {
  readonly #verdicts: HTMLElement[] = [];
  readonly #buttons: HTMLButtonElement[] = [];
  readonly #reported = new Set<number>();
  #shown = -1;

  constructor(
    element: HTMLElement,
    groups: readonly FileGroup[],
    onChoose: (group: FileGroup) => void,
  ) {
    element.hidden = groups.length <= 1;
    const list = document.createElement('ol');
    for (const group of groups) {
      const button = document.createElement('button');
      button.type = 'button';
      const name = document.createElement('span');
      name.textContent = group.title;
      const verdict = document.createElement('small');
      verdict.textContent = 'waiting';
      button.append(name, verdict);
      button.addEventListener('click', () => {
        onChoose(group);
      });
      const item = document.createElement('li');
      item.append(button);
      list.append(item);
      this.#verdicts.push(verdict);
      this.#buttons.push(button);
    }
    element.replaceChildren(list);
  }

  /** The one that is shown. */
  get shown(): number {
    return this.#shown;
  }

  /** Marks the one that is shown. */
  show(index: number): void {
    this.#shown = index;
    for (const [at, button] of this.#buttons.entries()) {
      if (at === index) button.setAttribute('aria-current', 'true');
      else button.removeAttribute('aria-current');
    }
  }

  /** A verdict, or a sentence where there is none. */
  report(index: number, result: Prediction | string): void {
    this.#reported.add(index);
    this.#write(index, typeof result === 'string' ? result : verdictOf(result));
  }

  /** Whether {@link report} was called for it: it needs no more work. */
  isReported(index: number): boolean {
    return this.#reported.has(index);
  }

  /** Shows the progress of a file that has no verdict yet. */
  progress(index: number, text: string): void {
    if (!this.#reported.has(index)) this.#write(index, text);
  }

  #write(index: number, text: string): void {
    const verdict = this.#verdicts[index];
    if (!verdict) return;
    verdict.title = text;
    verdict.textContent = text;
  }
}

function verdictOf({ label, probability, withheld }: Prediction): string {
  if (label === null) return `No answer (${withheld.join(', ')})`;
  return `${label}, ${(100 * probability).toFixed(0)} %`;
}
