import { packRows, type GalleryResult, type GalleryRow } from './packed-rows.js';
import { RowStore, type GalleryFacts } from './row-store.js';

export const facts: GalleryFacts = {
  title: 'phantoms',
  labels: ['normal', 'covid'],
  positive: 'covid',
  model: { name: 'm', labels: ['non-covid', 'covid'], positive: 'covid', threshold: 0.5 },
  second: null,
  notes: [],
  baselines: [],
};

export function result(
  probability: number | null,
  more: Partial<GalleryResult> = {},
): GalleryResult {
  return {
    label: probability === null ? null : probability >= 0.5 ? 'covid' : 'non-covid',
    withheld: [],
    probability,
    lesionFraction: null,
    dice: null,
    error: null,
    ...more,
  };
}

export function row(path: string, more: Partial<GalleryRow> = {}): GalleryRow {
  return {
    path,
    slice: null,
    label: null,
    split: null,
    patient: null,
    source: null,
    document: null,
    format: null,
    findings: [],
    result: null,
    second: null,
    ...more,
  };
}

export function storeOf(rows: readonly GalleryRow[], more: Partial<GalleryFacts> = {}): RowStore {
  return new RowStore(packRows(rows, (more.second ?? null) !== null), { ...facts, ...more });
}

export const all = (store: RowStore) => Uint32Array.from({ length: store.count }, (_, at) => at);
