import type { ReviewRow } from '@groundglass/papers/review';

/** A row with the URIs of its pictures. */
export interface ShownRow {
  readonly row: ReviewRow;
  readonly picture: string;
  /** Of the page's view; null where there is none. */
  readonly page: string | null;
}

/** Messages from the host to the page. */
export type ToReview =
  | {
      readonly type: 'rows';
      readonly rows: readonly ShownRow[];
      readonly problems: readonly string[];
    }
  /** Rows whose state on the page is outdated. */
  | { readonly type: 'changed'; readonly rows: readonly ShownRow[] }
  | { readonly type: 'failed'; readonly message: string };

/** A person's actions, as the page sends them. */
export type FromReview =
  | { readonly type: 'ready' }
  | { readonly type: 'accept' | 'skip' | 'reopen'; readonly id: string }
  | {
      readonly type: 'label';
      readonly id: string;
      readonly panel: string;
      readonly label: 'positive' | 'negative' | 'unsure' | 'not-ct';
    }
  | { readonly type: 'merge'; readonly id: string; readonly panels: readonly string[] }
  | {
      readonly type: 'split';
      readonly id: string;
      readonly panel: string;
      readonly direction: 'horizontal' | 'vertical';
      readonly at: number;
    };
