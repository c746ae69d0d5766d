import type { ReviewRow } from '@groundglass/papers/review';

/** A row with its place in the file and the address of its picture in the page. */
export interface ShownRow {
  readonly row: ReviewRow;
  readonly picture: string;
}

/** What the host sends to the page. */
export type ToReview =
  | {
      readonly type: 'rows';
      readonly rows: readonly ShownRow[];
      readonly problems: readonly string[];
    }
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
