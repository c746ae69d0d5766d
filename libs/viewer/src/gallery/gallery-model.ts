import type { GalleryState } from './gallery-state.js';
import type { GalleryStrings } from './gallery-strings.js';
import type { GroupedRows } from './group-rows.js';
import { failure, isAnswer, noAnswer, outcomeOf, unscored } from './outcomes.js';
import { wordAt } from './packed-rows.js';
import type { RowStore } from './row-store.js';
import type { Selection } from './selection.js';

/** Progress of scoring these pictures. */
export interface ScoringStatus {
  readonly done: number;
  readonly total: number;
}

/** A picture as shown in a tile. */
export interface Thumbnail {
  readonly columns: number;
  readonly rows: number;
  /** `rows * columns` values, 0 black to 255 white. */
  readonly grey: Uint8Array;
  /** The model's lesion probability times 255, of the same size; undefined if unknown. */
  readonly mask?: Uint8Array | undefined;
}

/** A host's provider of thumbnails. */
export type ThumbnailProvider = (row: number, signal: AbortSignal) => Promise<Thumbnail>;

/** What the parts of a gallery show. */
export interface GalleryModel {
  readonly strings: GalleryStrings;
  readonly store: RowStore;
  readonly state: GalleryState;
  /** Rows that pass the filter, ignoring the selected matrix cell: scores and matrix cover these. */
  readonly scope: Uint32Array;
  readonly shown: GroupedRows;
  readonly selection: Selection;
  readonly scoring: ScoringStatus | null;
  readonly canScore: boolean;
}

/** A change of the state; a function if it depends on the state, which may be newer than what is drawn. */
export type GalleryChange = Partial<GalleryState> | ((now: GalleryState) => Partial<GalleryState>);

/** A user's actions in a gallery. */
export interface GalleryActions {
  change(change: GalleryChange): void;
  score(): void;
  cancelScoring(): void;
  compare(): void;
  endComparison(): void;
  export(kind: 'csv' | 'report' | 'manifest'): void;
  open(how: 'here' | 'beside' | 'together' | 'compared'): void;
  copyPaths(): void;
  copyPicture(): void;
  select(place: number, mode: 'alone' | 'toggle' | 'range' | 'focus'): void;
  selectAll(): void;
  clearSelection(): void;
}

/** A part of the page. */
export interface GalleryPart {
  readonly element: HTMLElement;
  update(model: GalleryModel): void;
}

/** An outcome for display. */
export function outcomeName(strings: GalleryStrings, outcome: string): string {
  if (outcome === noAnswer) return strings.noAnswer;
  if (outcome === failure) return strings.failed;
  if (outcome === unscored) return strings.notScored;
  return outcome;
}

/** Whether the answer differs from the known label: null if either is missing. */
export function isWrong(store: RowStore, row: number, threshold: number | null): boolean | null {
  const label = wordAt(store.rows.label, row);
  const outcome = outcomeOf(store.outcomes(threshold), row);
  if (label === null || !isAnswer(outcome)) return null;
  const positive = store.facts.model?.positive ?? store.facts.positive;
  return (label === store.facts.positive) !== (outcome === positive);
}

/** The last part of a path, with the slice of a volume. */
export function nameOf({ rows }: RowStore, row: number): string {
  const path = rows.path[row]!;
  const slice = rows.slice[row]!;
  const name = path.slice(path.lastIndexOf('/') + 1);
  return slice < 0 ? name : `${name} · ${slice + 1}`;
}
