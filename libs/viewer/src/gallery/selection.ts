/** Selected places of a list, with the focused place and the start of a range; a new value for each change. */
export interface Selection {
  readonly chosen: ReadonlySet<number>;
  /** The focused place; -1 if the list is empty. */
  readonly focus: number;
  readonly anchor: number;
}

export const emptySelection: Selection = { chosen: new Set(), focus: -1, anchor: -1 };

/** How a click or a key selects: only this, added or removed (Control), or up to here (Shift). */
export type SelectMode = 'alone' | 'toggle' | 'range' | 'focus';

/** @param rowAt the row at a place: selected rows stay selected when the order changes. */
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
