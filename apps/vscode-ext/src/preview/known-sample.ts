import type * as vscode from 'vscode';

/** What a dataset of the workspace knows of a picture. */
export interface KnownSample {
  readonly label: string | null;
  readonly split: string;
  readonly patient: string;
  /** Whether the label is the dataset's positive one; null where the label is not known. */
  readonly isPositive: boolean | null;
}

/** Undefined for a picture that no dataset has. */
export type SampleLookup = (uri: vscode.Uri) => Promise<KnownSample | undefined>;
