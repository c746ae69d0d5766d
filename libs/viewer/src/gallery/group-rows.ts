import { naturalOrder } from './natural-order.js';
import { wordAt } from './packed-rows.js';
import type { RowStore } from './row-store.js';

/** The kinds of headings in a gallery. */
export const groupings = ['none', 'split', 'label', 'split-label', 'patient'] as const;
export type Grouping = (typeof groupings)[number];

/** Rows under one heading: `order[start]` to `order[start + count - 1]`. */
export interface RowGroup {
  /** The heading's parts; null if a row has no such value. */
  readonly names: readonly (string | null)[];
  readonly start: number;
  readonly count: number;
}

export interface GroupedRows {
  readonly order: Uint32Array;
  readonly groups: readonly RowGroup[];
}

const splitOrder = ['train', 'val', 'test'];

/** Groups sorted rows under headings, keeping their order within each. */
export function groupRows(store: RowStore, sorted: Uint32Array, by: Grouping): GroupedRows {
  if (by === 'none') {
    const groups = sorted.length > 0 ? [{ names: [], start: 0, count: sorted.length }] : [];
    return { order: sorted, groups };
  }
  const { split, label, patient } = store.rows;
  const columns = {
    split: [split],
    label: [label],
    'split-label': [split, label],
    patient: [patient],
  }[by];
  const members = new Map<string, { names: (string | null)[]; rows: number[] }>();
  for (let at = 0; at < sorted.length; at++) {
    const row = sorted[at]!;
    const key = columns.map(({ codes }) => codes[row]!).join(' ');
    const known = members.get(key);
    if (known) known.rows.push(row);
    else members.set(key, { names: columns.map((column) => wordAt(column, row)), rows: [row] });
  }
  const isBySplit = by === 'split' || by === 'split-label';
  const ordered = [...members.values()].sort((a, b) => compareNames(a.names, b.names, isBySplit));
  const order = new Uint32Array(sorted.length);
  const groups: RowGroup[] = [];
  let start = 0;
  for (const { names, rows } of ordered) {
    order.set(rows, start);
    groups.push({ names, start, count: rows.length });
    start += rows.length;
  }
  return { order, groups };
}

function compareNames(
  a: readonly (string | null)[],
  b: readonly (string | null)[],
  isBySplit: boolean,
): number {
  for (let part = 0; part < a.length; part++) {
    const [x, y] = [a[part] ?? null, b[part] ?? null];
    if (x === y) continue;
    if (x === null || y === null) return x === null ? 1 : -1;
    if (isBySplit && part === 0) {
      const [i, j] = [splitOrder.indexOf(x), splitOrder.indexOf(y)];
      if (i >= 0 && j >= 0) return i - j;
    }
    return naturalOrder(x, y);
  }
  return 0;
}
