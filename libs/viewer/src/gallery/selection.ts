/** Selected places of a list, with where the keyboard is and where a range starts; a new value for each change. */
export interface Selection {
  readonly chosen: ReadonlySet<number>;
  /** Place of the keyboard; -1 where the list is empty. */
  readonly focus: number;
  readonly anchor: number;
}

export const emptySelection: Selection = { chosen: new Set(), focus: -1, anchor: -1 };

/** How a click or a key selects: alone, added or taken away (Control), or up to there (Shift). */
export type SelectMode = 'alone' | 'toggle' | 'range' | 'focus';

/** @param rowAt the row at a place: what is chosen stays chosen when the order changes. */
export function select(
  { chosen, anchor }: Selection,
  place: number,
  mode: SelectMode,
  rowAt: (place: number) => number,
): Selection {
  switch (mode) {
    case 'alone':
      return { chosen: new Set([rowAt(place)]), focus: place, anchor: place };
    case 'toggle': {
      const next = new Set(chosen);
      if (!next.delete(rowAt(place))) next.add(rowAt(place));
      return { chosen: next, focus: place, anchor: place };
    }
    case 'range': {
      const from = anchor < 0 ? place : anchor;
      const [low, high] = [Math.min(from, place), Math.max(from, place)];
      const range = new Set<number>();
      for (let at = low; at <= high; at++) range.add(rowAt(at));
      return { chosen: range, focus: place, anchor: from };
    }
    case 'focus':
      return { chosen, focus: place, anchor: place };
    default:
      return mode satisfies never;
  }
}
