import type { Recipe } from '../recipes/recipe.js';
import type { EpochRecord, LedgerRecord, RunInputs } from '../run/run-folder.js';
import type { Calibration } from '../training/calibrate.js';
import type { Results } from './results.js';

/** One training run of those that led to a model. */
export interface PublishedRun {
  readonly name: string;
  readonly recipe: Recipe;
  readonly inputs: RunInputs;
  readonly records: readonly EpochRecord[];
  readonly ledger: readonly LedgerRecord[];
  readonly calibration?: Calibration;
}

/** Everything that a model card and the page of results say: the content of `docs/results/<name>-<version>.json`. */
export interface Publication {
  /** The command that renders card and page from this file. */
  readonly command: string;
  readonly model: { readonly name: string; readonly version: string; readonly bytes: number };
  /** In order; each but the first started from the one before. */
  readonly runs: readonly PublishedRun[];
  readonly results: Results;
}
