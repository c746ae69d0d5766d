import { isAnswer, outcomeOf } from './outcomes.js';
import type { RowStore } from './row-store.js';

/** Sort keys of a gallery; `given` is the file's own order. */
export const sortKeys = [
  'given',
  'name',
  'error',
  'probability',
  'lesionFraction',
  'dice',
  'difference',
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface GallerySort {
  readonly key: SortKey;
  readonly descending: boolean;
}

/** The usual direction of a key: the most wrong, the most probable, the worst Dice, the largest difference first. */
export function usualOrder(key: SortKey): GallerySort {
  return { key, descending: !['given', 'name', 'dice'].includes(key) };
}

/** Sorts rows; those without a value come last in either order, equal ones in the file's. */
export function sortRows(
  store: RowStore,
  rows: Uint32Array,
  { key, descending }: GallerySort,
): Uint32Array {
  const sorted = rows.slice();
  if (key === 'given') return descending ? sorted.reverse() : sorted;
  const values = sortValues(store, key);
  const sign = descending ? -1 : 1;
  return sorted.sort((a, b) => {
    const [x, y] = [values[a]!, values[b]!];
    if (Number.isNaN(x) || Number.isNaN(y)) {
      return Number(Number.isNaN(x)) - Number(Number.isNaN(y)) || a - b;
    }
    return sign * (x - y) || a - b;
  });
}

/** The value that each row is sorted by; NaN if it has none. */
export function sortValues(store: RowStore, key: Exclude<SortKey, 'given'>): ArrayLike<number> {
  const { result, second } = store.rows;
  switch (key) {
    case 'name':
      return store.nameRank;
    case 'probability':
      return result.probability;
    case 'lesionFraction':
      return result.lesionFraction;
    case 'dice':
      return result.dice;
    case 'error':
      return errors(store);
    case 'difference':
      return second ? differences(store) : new Float64Array(store.count).fill(NaN);
    default:
      return key satisfies never;
  }
}

/**
 * How wrong each answer is: the distance of the probability from 1 for the positive label, from 0 for the others. NaN if the label
 * is unknown or the model gave no answer, since a withheld probability does not count.
 */
export function errors({ rows, facts }: RowStore): Float64Array {
  const { codes, words } = rows.label;
  const positive = words.indexOf(facts.positive);
  const { probability, label } = rows.result;
  return Float64Array.from(probability, (value, row) => {
    if (codes[row]! < 0 || label.codes[row]! < 0) return NaN;
    return codes[row] === positive ? 1 - value : value;
  });
}

/** Distance of two models' probabilities; rows with different answers before all others. */
function differences(store: RowStore): Float64Array {
  const [first, second] = [store.outcomes(null), store.secondOutcomes()!];
  const { result, second: other } = store.rows;
  return Float64Array.from(result.probability, (value, row) => {
    const distance = Math.abs(value - other!.probability[row]!);
    const [a, b] = [outcomeOf(first, row), outcomeOf(second, row)];
    if (a === b) return distance;
    return 1 + (Number.isNaN(distance) ? 0 : distance) + Number(isAnswer(a) && isAnswer(b));
  });
}
