import type * as vscode from 'vscode';
import type { Whereabouts } from '../datasets/whereabouts.js';

/** What a dataset of the workspace records about a picture. */
export interface KnownSample extends Whereabouts {
  readonly label: string | null;
  /** Whether the label is the dataset's positive one; null if the label is unknown. */
  readonly isPositive: boolean | null;
}

/** Undefined for a picture in no dataset. */
export type SampleLookup = (uri: vscode.Uri) => Promise<KnownSample | undefined>;
