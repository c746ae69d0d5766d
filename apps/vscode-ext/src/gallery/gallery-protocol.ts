import type {
  GalleryFacts,
  GalleryState,
  GalleryStrings,
  PackedRows,
} from '@groundglass/viewer/gallery';

/** Messages from the extension host to a gallery's page. */
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
  /** Pictures or masks of these rows have changed: the page requests their thumbnails again. */
  | { readonly type: 'refresh'; readonly rows: readonly number[] }
  | { readonly type: 'scoring'; readonly status: { done: number; total: number } | null }
  | { readonly type: 'canScore'; readonly can: boolean }
  | { readonly type: 'say'; readonly text: string }
  | { readonly type: 'failed'; readonly message: string };

/** Messages from a gallery's page to the extension host; rows are indices into the rows that it last received. */
export type FromGallery =
  /** The page has started; with the results that it was comparing with before its window was reloaded. */
  | { readonly type: 'ready'; readonly second: string | undefined }
  | { readonly type: 'thumbnail'; readonly requestId: number; readonly row: number }
  | { readonly type: 'cancel'; readonly requestId: number }
  | {
      readonly type: 'open';
      readonly rows: readonly number[];
      readonly how: 'here' | 'beside' | 'together' | 'compared';
      /** All rows as displayed. */
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
  /** What the page shows before the user has changed anything. */
  readonly state: unknown;
  /** The gallery's subject, so that a window that is reloaded before the rows arrive finds it again. */
  readonly kept: KeptGallery;
}

/** What a gallery's page saves, so that it can be reopened after its window was reloaded. */
export interface KeptGallery {
  readonly kind: 'results' | 'dataset' | 'list' | 'folder';
  /** The results file, list or folder; for a dataset its folder. */
  readonly uri: string;
  /** Results to compare with. */
  readonly second: string | undefined;
}
