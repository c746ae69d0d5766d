import type { ReviewRow } from '@groundglass/papers/review';

/** A row with the addresses of its pictures. */
export interface ShownRow {
  readonly row: ReviewRow;
  readonly picture: string;
  /** Of the page's view; null where there is none. */
  readonly page: string | null;
}

/** What the host sends to the page. */
export type ToReview =
  | {
      readonly type: 'rows';
      readonly rows: readonly ShownRow[];
      readonly problems: readonly string[];
    }
  /** Rows of which the page has an older state. */
  | { readonly type: 'changed'; readonly rows: readonly ShownRow[] }
  | { readonly type: 'failed'; readonly message: string };

/** What a person does, as the page sends it. */
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
