import { recipeSchema, type Recipe } from '../../training/recipes/recipe.js';
import type { EpochRecord, LedgerRecord, RunInputs } from '../../run/run-folder.js';
import type { Calibration } from '../calibrate.js';
import type { Results } from './results.js';

/** One of the training runs that led to a model. */
export interface PublishedRun {
  readonly name: string;
  readonly recipe: Recipe;
  readonly inputs: RunInputs;
  readonly records: readonly EpochRecord[];
  readonly ledger: readonly LedgerRecord[];
}

/** Everything in a model card and the page of results: the content of `docs/results/<name>-<version>.json`. */
export interface Publication {
  /** The command that renders card and page from this file. */
  readonly command: string;
  readonly model: { readonly name: string; readonly version: string; readonly bytes: number };
  /** In order; a run that started from another's weights says so in its row. */
  readonly runs: readonly PublishedRun[];
  /** The data on which temperature and threshold were chosen. */
  readonly calibration?: Calibration;
  readonly results: Results;
}

/** Reads a publication from its file; recipes from before a setting existed get its default. */
export function parsePublication(text: string): Publication {
  const publication = JSON.parse(text) as Publication;
  const runs = publication.runs.map((run) => ({ ...run, recipe: recipeSchema.parse(run.recipe) }));
  return { ...publication, runs };
}
