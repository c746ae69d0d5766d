import type { Finding } from '@groundglass/core';
import type { Baseline } from '@groundglass/viewer/gallery-rows';
import type * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import type { Neighbours } from '../datasets/neighbours.js';
import type { MaskStore } from '../scoring/mask-store.js';
import type { ScoringService, ScoringTarget } from '../scoring/scoring-service.js';
import type { LoadedGallery } from './gallery-source.js';

/** What galleries need from the rest of the extension. */
export interface GalleryServices {
  readonly registry: DatasetRegistry;
  readonly scoring: ScoringService;
  readonly masks: MaskStore;
  readonly neighbours: Neighbours;
  readonly log: vscode.LogOutputChannel;
  readonly resultsOf: (folder: vscode.Uri) => Promise<vscode.Uri[]>;
  readonly baselinesOf: (folder: vscode.Uri) => Promise<Baseline[]>;
  readonly findingsOf: (folder: vscode.Uri) => Promise<Finding[]>;
  /** Scores with progress and opens the results. */
  readonly score: (target: ScoringTarget) => Promise<void>;
  /** Why nothing can be scored now, for the user. */
  readonly whyNoScoring: () => string | undefined;
  /** Puts bad rows of manifest and results into Problems. */
  readonly reportProblems: (gallery: LoadedGallery) => void;
}
