import type { PaperErrorCode, PaperProblem } from '@groundglass/papers';
import type { ReviewRow } from '@groundglass/papers/review';

/** A request to a child: read one PDF and write its pictures to a folder. */
export interface ExtractRequest {
  readonly type: 'extract';
  readonly path: string;
  /** File name for the manifest. */
  readonly name: string;
  readonly sha256: string;
  /** Folder for {@link pictureFolders}; names there start with the page. */
  readonly staging: string;
  readonly memoryMiB: number;
  readonly seconds: number;
  readonly mostPages: number;
}

/** The content of one document, cached for a resumed run. */
export interface ExtractedDocument {
  /** Increase when rules change: documents read by an older version are read again. */
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

/** Folders of a document's pictures: whole figures, slices, and the pages of figures. */
export const pictureFolders = ['figures', 'images', 'pages'] as const;
