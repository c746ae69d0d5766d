import type { PaperErrorCode, PaperProblem } from '@groundglass/papers';
import type { ReviewRow } from '@groundglass/papers/review';

/** What a child is asked to do: read one PDF and put its pictures into a folder. */
export interface ExtractRequest {
  readonly type: 'extract';
  readonly path: string;
  /** File name as the manifest shows it. */
  readonly name: string;
  readonly sha256: string;
  /** Folder for {@link pictureFolders}; names there start with the page. */
  readonly staging: string;
  readonly memoryMiB: number;
  readonly seconds: number;
  readonly mostPages: number;
}

/** One document as it was read, and what is kept of it for a resumed run. */
export interface ExtractedDocument {
  /** Changes where rules change: what an older version read is read again. */
  readonly version: number;
  readonly sha256: string;
  readonly name: string;
  readonly pages: number;
  readonly pagesRead: number;
  readonly problems: readonly PaperProblem[];
  /** Paths in the rows start with the page, without the document's key. */
  readonly rows: readonly ReviewRow[];
}

export type ExtractAnswer =
  | {
      readonly type: 'progress';
      readonly phase: 'text' | 'figures';
      readonly done: number;
      readonly total: number;
    }
  | { readonly type: 'done'; readonly document: ExtractedDocument }
  | { readonly type: 'failed'; readonly code: PaperErrorCode; readonly message: string };

/** The version of the rules. */
export const extractVersion = 4;

/** Folders of the pictures that a document leaves: whole figures, slices, and the pages that figures stand on. */
export const pictureFolders = ['figures', 'images', 'pages'] as const;
