import { fuzzyMatcher } from './fuzzy-match.js';
import { outcomeOf } from './outcomes.js';
import type { PackedWords } from './packed-rows.js';
import type { RowStore } from './row-store.js';

/** Filters of a gallery, apart from text. */
export const facets = [
  'split',
  'label',
  'outcome',
  'withheld',
  'finding',
  'format',
  'source',
  'patient',
] as const;
export type Facet = (typeof facets)[number];

/** A facet's value for rows that have none. */
export const noValue = '';

/** A cell of the confusion matrix: rows of one label (null: unknown) and one outcome. */
export interface MatrixCell {
  readonly label: string | null;
  readonly outcome: string;
}

/** What is shown. A row must pass all facets; it passes one with any of its values. */
export interface GalleryFilter {
  readonly text: string;
  readonly facets: Readonly<Partial<Record<Facet, readonly string[]>>>;
  readonly cell: MatrixCell | null;
  /** Only rows for which two results files give different answers. */
  readonly isDifferent: boolean;
}

export const emptyFilter: GalleryFilter = { text: '', facets: {}, cell: null, isDifferent: false };

/** Indices of the rows that pass, ascending. */
export function filterRows(
  store: RowStore,
  filter: GalleryFilter,
  threshold: number | null,
): Uint32Array {
  const tests: ((row: number) => boolean)[] = [];
  for (const facet of facets) {
    const wanted = filter.facets[facet];
    if (wanted && wanted.length > 0) tests.push(facetTest(store, facet, wanted, threshold));
  }
  if (filter.cell) tests.push(cellTest(store, filter.cell, threshold));
  if (filter.isDifferent) {
    const second = store.secondOutcomes();
    const first = store.outcomes(threshold);
    if (second) tests.push((row) => outcomeOf(first, row) !== outcomeOf(second, row));
  }
  // The most expensive last: it sees only what the others leave.
  if (filter.text.trim() !== '') {
    const matches = fuzzyMatcher(filter.text);
    const { haystack } = store;
    tests.push((row) => matches(haystack[row]!));
  }
  const found = new Uint32Array(store.count);
  let count = 0;
  for (let row = 0; row < store.count; row++) {
    if (tests.every((test) => test(row))) found[count++] = row;
  }
  return found.slice(0, count);
}

function cellTest(
  store: RowStore,
  { label, outcome }: MatrixCell,
  threshold: number | null,
): (row: number) => boolean {
  const { codes, words } = store.rows.label;
  const code = label === null ? -1 : words.indexOf(label);
  const outcomes = store.outcomes(threshold);
  // A label that no row has finds none, and does not count as "unknown".
  if (label !== null && code < 0) return () => false;
  return (row) => codes[row] === code && outcomeOf(outcomes, row) === outcome;
}

function facetTest(
  store: RowStore,
  facet: Facet,
  wanted: readonly string[],
  threshold: number | null,
): (row: number) => boolean {
  const set = new Set(wanted);
  if (facet === 'outcome') {
    const outcomes = store.outcomes(threshold);
    return codeTest(outcomes, outcomes.words, (word) => set.has(word));
  }
  const column = columnOf(store, facet);
  const passes = (word: string) => valuesOf(facet, word).some((value) => set.has(value));
  return codeTest(column, column.words, passes, set.has(noValue));
}

/** Decides once per word, and for a row by the code of its word. */
function codeTest(
  { codes }: { readonly codes: ArrayLike<number> },
  words: readonly string[],
  passes: (word: string) => boolean,
  passesNone = false,
): (row: number) => boolean {
  const decided = words.map(passes);
  return (row) => decided[codes[row]!] ?? passesNone;
}

/** How many of some rows have each value of a facet, most first; `noValue` for those without. */
export function countFacet(
  store: RowStore,
  rows: Uint32Array,
  facet: Facet,
  threshold: number | null,
): [value: string, count: number][] {
  const counts = new Map<string, number>();
  const add = (value: string, count: number) => counts.set(value, (counts.get(value) ?? 0) + count);
  const isOutcome = facet === 'outcome';
  const column = isOutcome ? store.outcomes(threshold) : columnOf(store, facet);
  const perCode = new Uint32Array(column.words.length);
  let without = 0;
  for (let at = 0; at < rows.length; at++) {
    const code = column.codes[rows[at]!]!;
    if (code < 0) without++;
    else perCode[code]!++;
  }
  for (let code = 0; code < perCode.length; code++) {
    if (perCode[code] === 0) continue;
    for (const value of valuesOf(facet, column.words[code]!)) add(value, perCode[code]!);
  }
  if (without > 0) add(noValue, without);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

function valuesOf(facet: Facet, word: string): readonly string[] {
  return facet === 'withheld' || facet === 'finding' ? word.split(' ') : [word];
}

function columnOf({ rows }: RowStore, facet: Exclude<Facet, 'outcome'>): PackedWords {
  switch (facet) {
    case 'split':
      return rows.split;
    case 'label':
      return rows.label;
    case 'withheld':
      return rows.result.withheld;
    case 'finding':
      return rows.findings;
    case 'format':
      return rows.format;
    case 'source':
      return rows.source;
    case 'patient':
      return rows.patient;
    default:
      return facet satisfies never;
  }
}
