import type * as vscode from 'vscode';
import type { Whereabouts } from '../datasets/whereabouts.js';

/** What a dataset of the workspace knows of a picture. */
export interface KnownSample extends Whereabouts {
  readonly label: string | null;
  /** Whether the label is the dataset's positive one; null where the label is not known. */
  readonly isPositive: boolean | null;
}

/** Undefined for a picture that no dataset has. */
export type SampleLookup = (uri: vscode.Uri) => Promise<KnownSample | undefined>;
