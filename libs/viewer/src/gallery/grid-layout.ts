import type { RowGroup } from './group-rows.js';

/** Sizes in CSS pixels. */
export interface GridSizes {
  readonly columns: number;
  readonly lineHeight: number;
  readonly headingHeight: number;
}

/** A visible line of tiles or a heading. */
export type GridLine =
  | { readonly kind: 'heading'; readonly group: number; readonly top: number }
  | {
      readonly kind: 'tiles';
      readonly top: number;
      readonly start: number;
      readonly count: number;
    };

/** Positions of a gallery's tiles: found for any scroll position without visiting each row. */
export class GridLayout {
  readonly height: number;
  readonly #tops: Float64Array;

  constructor(
    readonly groups: readonly RowGroup[],
    readonly sizes: GridSizes,
  ) {
    this.#tops = new Float64Array(groups.length + 1);
    for (let group = 0; group < groups.length; group++) {
      this.#tops[group + 1] = this.#tops[group]! + this.#heightOf(groups[group]!);
    }
    this.height = this.#tops[groups.length]!;
  }

  /** Headings and lines of tiles between two heights. */
  linesBetween(top: number, bottom: number): GridLine[] {
    const { columns, lineHeight } = this.sizes;
    const lines: GridLine[] = [];
    for (let group = this.groupAt(top); group < this.groups.length; group++) {
      const start = this.#tops[group]!;
      if (start > bottom) break;
      const { start: first, count } = this.groups[group]!;
      const heading = this.#headingOf(group);
      if (heading > 0) lines.push({ kind: 'heading', group, top: start });
      const body = start + heading;
      const lineCount = Math.ceil(count / columns);
      const from = Math.max(0, Math.floor((top - body) / lineHeight));
      for (let line = from; line < lineCount && body + line * lineHeight <= bottom; line++) {
        const at = line * columns;
        lines.push({
          kind: 'tiles',
          top: body + line * lineHeight,
          start: first + at,
          count: Math.min(columns, count - at),
        });
      }
    }
    return lines;
  }

  /** The group at a height; the last one below the end. */
  groupAt(top: number): number {
    let [low, high] = [0, Math.max(0, this.groups.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#tops[middle]! <= top) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Top of the line of the tile at a place in the order. */
  topOf(place: number): number {
    const group = this.groupOf(place);
    const { start } = this.groups[group]!;
    const line = Math.floor((place - start) / this.sizes.columns);
    return this.#tops[group]! + this.#headingOf(group) + line * this.sizes.lineHeight;
  }

  /** The place that a key moves to: a tile to the side, or the one above or below in the same column. */
  step(place: number, key: 'left' | 'right' | 'up' | 'down'): number {
    const last = (this.groups.at(-1)?.start ?? 0) + (this.groups.at(-1)?.count ?? 0) - 1;
    if (key === 'left') return Math.max(0, place - 1);
    if (key === 'right') return Math.min(last, place + 1);
    const { columns } = this.sizes;
    const group = this.groupOf(place);
    const { start, count } = this.groups[group]!;
    const column = (place - start) % columns;
    if (key === 'down') {
      if (place + columns < start + count) return place + columns;
      // The line below is shorter, or under the next heading.
      const lastLine = start + Math.floor((count - 1) / columns) * columns;
      if (place < lastLine) return start + count - 1;
      const next = this.groups[group + 1];
      return next ? next.start + Math.min(column, next.count - 1) : place;
    }
    if (place - columns >= start) return place - columns;
    const previous = this.groups[group - 1];
    if (!previous) return place;
    const line = Math.floor((previous.count - 1) / columns) * columns;
    return previous.start + Math.min(previous.count - 1, line + column);
  }

  groupOf(place: number): number {
    let [low, high] = [0, Math.max(0, this.groups.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.groups[middle]!.start <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #headingOf(group: number): number {
    return this.groups[group]!.names.length > 0 ? this.sizes.headingHeight : 0;
  }

  #heightOf({ names, count }: RowGroup): number {
    const { columns, lineHeight, headingHeight } = this.sizes;
    return (names.length > 0 ? headingHeight : 0) + Math.ceil(count / columns) * lineHeight;
  }
}
