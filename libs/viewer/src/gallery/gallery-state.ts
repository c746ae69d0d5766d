import { emptyFilter, facets, type Facet, type GalleryFilter } from './filter-rows.js';
import { groupings, type Grouping } from './group-rows.js';
import { sortKeys, type GallerySort } from './sort-rows.js';

/** Sizes of a tile's picture in CSS pixels. */
export const tileSizes = { least: 48, most: 384, usual: 144, step: 24 } as const;

/** The user's settings; hosts save and restore them. */
export interface GalleryState {
  readonly sort: GallerySort;
  readonly grouping: Grouping;
  readonly filter: GalleryFilter;
  readonly layout: 'grid' | 'table';
  readonly size: number;
  readonly masksVisible: boolean;
  /** Null for the answers as in the results file. */
  readonly threshold: number | null;
}

export const defaultGalleryState: GalleryState = {
  sort: { key: 'given', descending: false },
  grouping: 'none',
  filter: emptyFilter,
  layout: 'grid',
  size: tileSizes.usual,
  masksVisible: true,
  threshold: null,
};

/** A host's saved state over the defaults; invalid parts are ignored. */
export function parseGalleryState(kept: unknown): GalleryState {
  const { sort, grouping, filter, layout, size, masksVisible, threshold } = recordOf(kept);
  const usual = defaultGalleryState;
  return {
    sort: parseSort(sort),
    grouping: oneOf(groupings, grouping) ?? usual.grouping,
    filter: parseFilter(filter),
    layout: oneOf(['grid', 'table'] as const, layout) ?? usual.layout,
    size:
      typeof size === 'number' && size >= tileSizes.least && size <= tileSizes.most
        ? size
        : usual.size,
    masksVisible: typeof masksVisible === 'boolean' ? masksVisible : usual.masksVisible,
    threshold: typeof threshold === 'number' && threshold >= 0 && threshold <= 1 ? threshold : null,
  };
}

function parseSort(kept: unknown): GallerySort {
  const { key, descending } = recordOf(kept);
  const known = oneOf(sortKeys, key);
  return known ? { key: known, descending: descending === true } : defaultGalleryState.sort;
}

function parseFilter(kept: unknown): GalleryFilter {
  const { text, facets: chosen, cell, isDifferent } = recordOf(kept);
  const { label, outcome } = recordOf(cell);
  const values = recordOf(chosen);
  const known: Partial<Record<Facet, readonly string[]>> = {};
  for (const facet of facets) {
    const list = values[facet];
    if (Array.isArray(list)) known[facet] = list.filter((value) => typeof value === 'string');
  }
  return {
    text: typeof text === 'string' ? text : '',
    facets: known,
    cell:
      typeof outcome === 'string' && (label === null || typeof label === 'string')
        ? { label, outcome }
        : null,
    isDifferent: isDifferent === true,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function oneOf<T>(known: readonly T[], value: unknown): T | undefined {
  return known.find((each) => each === value);
}
