import type { ReviewRow } from '@groundglass/papers/review';
import { element } from './review-elements.js';

interface Entry {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly state: HTMLElement;
  row: ReviewRow | undefined;
}

/** The list of figures. A review can have thousands: entries are created once, and a decision changes only its own. */
export class ReviewQueue {
  readonly element = element('ol', {
    class: 'queue',
    'aria-label': 'Figures, least certain first',
  });
  readonly #entries = new Map<string, Entry>();
  readonly #onChoose: (id: string) => void;
  #order: readonly string[] = [];
  #current = '';

  /** @param onChoose receives the row that a person clicks. */
  constructor(onChoose: (id: string) => void) {
    this.#onChoose = onChoose;
  }

  /** Shows these rows in this order, and which one is current. */
  show(order: readonly string[], rowOf: (id: string) => ReviewRow | undefined): void {
    for (const id of order) {
      const row = rowOf(id);
      const entry = this.#entries.get(id) ?? this.#add(id);
      if (row && row !== entry.row) update(entry, row);
    }
    if (order === this.#order) return;
    const wanted = new Set(order);
    for (const id of this.#entries.keys()) if (!wanted.has(id)) this.#entries.delete(id);
    this.#order = order;
    this.element.replaceChildren(...order.map((id) => this.#entries.get(id)!.item));
  }

  /** Marks the current row and scrolls to it. */
  mark(current: string): void {
    if (current !== this.#current) {
      this.#entries.get(this.#current)?.button.setAttribute('aria-current', 'false');
      this.#current = current;
    }
    const entry = this.#entries.get(current);
    entry?.button.setAttribute('aria-current', 'true');
    entry?.item.scrollIntoView({ block: 'nearest' });
  }

  #add(id: string): Entry {
    const state = element('small');
    const button = element('button', { type: 'button', 'aria-current': 'false' });
    button.addEventListener('click', () => {
      this.#onChoose(id);
    });
    const entry: Entry = { item: element('li', {}, button), button, state, row: undefined };
    this.#entries.set(id, entry);
    return entry;
  }
}

/** Whether a figure shows a slice: others need no decision. */
export function needsPerson({ panels }: ReviewRow): boolean {
  return panels.some(({ kind }) => kind === 'axial-ct');
}

/** Whether a figure waits for a decision. */
export function isWaiting(row: ReviewRow): boolean {
  return row.state === 'open' && needsPerson(row);
}

function update(entry: Entry, row: ReviewRow): void {
  const { document, page, figure } = row;
  const state = row.state === 'open' && !needsPerson(row) ? 'without slices' : row.state;
  entry.row = row;
  entry.state.textContent = `p. ${page}${figure === null ? '' : ` · fig. ${figure}`} · ${state}`;
  entry.button.className = isWaiting(row) ? 'open' : 'done';
  entry.button.title = document.title ?? document.file;
  entry.button.replaceChildren(element('span', { class: 'name' }, document.key), entry.state);
}
