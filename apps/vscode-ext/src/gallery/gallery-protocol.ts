import type {
  GalleryFacts,
  GalleryState,
  GalleryStrings,
  PackedRows,
} from '@groundglass/viewer/gallery';

/** What the extension host says to the page of a gallery. */
export type ToGallery =
  | {
      readonly type: 'rows';
      readonly rows: PackedRows;
      readonly facts: GalleryFacts;
      readonly kept: KeptGallery;
    }
  | { readonly type: 'state'; readonly state: Partial<GalleryState> }
  | {
      readonly type: 'thumbnail';
      readonly requestId: number;
      readonly columns: number;
      readonly rows: number;
      readonly grey: Uint8Array;
      readonly mask: Uint8Array | undefined;
    }
  | { readonly type: 'noThumbnail'; readonly requestId: number; readonly message: string }
  /** Pictures or masks of these rows have changed: their thumbnails are asked for again. */
  | { readonly type: 'refresh'; readonly rows: readonly number[] }
  | { readonly type: 'scoring'; readonly status: { done: number; total: number } | null }
  | { readonly type: 'canScore'; readonly can: boolean }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'failed'; readonly message: string };

/** What the page of a gallery says to the extension host; rows are indices of the rows that it was sent last. */
export type FromGallery =
  /** The page has started; with the results that it was comparing with before its window was reloaded. */
  | { readonly type: 'ready'; readonly second: string | undefined }
  | { readonly type: 'thumbnail'; readonly requestId: number; readonly row: number }
  | { readonly type: 'cancel'; readonly requestId: number }
  | {
      readonly type: 'open';
      readonly rows: readonly number[];
      readonly how: 'here' | 'beside' | 'together' | 'compared';
      /** All rows as they are shown. */
      readonly order: Uint32Array;
    }
  | { readonly type: 'copyPaths'; readonly rows: readonly number[] }
  | { readonly type: 'copyPicture'; readonly row: number }
  | { readonly type: 'export'; readonly kind: 'csv' | 'report'; readonly text: string }
  | { readonly type: 'exportManifest'; readonly rows: readonly number[] }
  | { readonly type: 'score' }
  | { readonly type: 'cancelScoring' }
  | { readonly type: 'compare' }
  | { readonly type: 'endComparison' }
  | { readonly type: 'state'; readonly state: GalleryState };

/** What the page starts with. */
export interface GalleryStart {
  readonly strings: GalleryStrings;
  /** What the page shows before the user has set anything. */
  readonly state: unknown;
  /** What it is of, so that a window that is reloaded before the rows have come finds it again. */
  readonly kept: KeptGallery;
}

/** What a gallery's page keeps of what it is of, so that it can be opened again after its window was reloaded. */
export interface KeptGallery {
  readonly kind: 'results' | 'dataset' | 'list' | 'folder';
  /** The results file, list or folder; of a dataset its folder. */
  readonly uri: string;
  /** Results that it is compared with. */
  readonly second: string | undefined;
}
