import { CtError } from '@groundglass/core';
import {
  dataFingerprint,
  describeLeaks,
  refuseLeaks,
  requireBothClasses,
  requireSlices,
  type LeakKind,
} from '@groundglass/dataset';
import type { RunFolder, RunInputs } from '../run/run-folder.js';
import type { Recipe } from '../training/recipes/recipe.js';
import type { CombinedDataset } from './combine-datasets.js';

/** A run's record of its data. */
export type CheckedData = Pick<RunInputs, 'data' | 'leaks'>;

/**
 * Refuses misleading data before anything is computed: samples in two splits, a class without counted labels, and, for a resumed
 * run, different data than at its start.
 *
 * @throws {CtError} `CT_BAD_DATASET`.
 */
export async function checkData(
  { all, samples }: CombinedDataset,
  { loss }: Pick<Recipe, 'loss'>,
  run: RunFolder,
  allowed: readonly LeakKind[],
): Promise<CheckedData> {
  requireSlices(all);
  const data = await dataFingerprint(all);
  if (run.started && run.has('inputs.json')) {
    const before = (await run.readJson('inputs.json')) as RunInputs;
    // Runs from before the fingerprint was recorded do not identify their data.
    if (before.data !== undefined && before.data !== data)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected the data that ${run.path} began with, got other samples, labels or splits (${samples.length} samples). Start a new run with another --out`,
      );
  }
  const leaks = refuseLeaks(all, allowed);
  if (leaks.length > 0)
    console.error(
      `Warning: ${describeLeaks(leaks, all)}. Scores on these say little about new patients.`,
    );
  // Sources that are labelled by their masks count if a mask shows a lesion.
  const uncounted = loss.segmentationOnly.filter((source) => !loss.labelledByMask.includes(source));
  // A recipe that does not train the class needs no labels.
  if (loss.classification > 0)
    for (const [split, name] of [
      ['train', 'training'],
      ['val', 'validation'],
    ] as const) {
      const ofSplit = samples.filter((sample) => sample.split === split);
      // Training itself reports an empty split.
      if (ofSplit.length > 0)
        requireBothClasses(
          name,
          ofSplit,
          uncounted,
          '"groundglass-trainer dataset split" divides the patients so that each split has every label',
        );
    }
  return { data, ...(leaks.length > 0 ? { leaks: describeLeaks(leaks, all) } : {}) };
}

/**
 * Refuses datasets whose measured split shares pictures, patients or documents with another one. Measures overlaps that the user
 * allows, with a warning.
 *
 * @throws {CtError} `CT_BAD_DATASET`.
 */
export function checkMeasured(
  { all }: Pick<CombinedDataset, 'all'>,
  allowed: readonly LeakKind[],
): void {
  requireSlices(all);
  const leaks = refuseLeaks(all, allowed);
  if (leaks.length > 0)
    console.error(
      `Warning: ${describeLeaks(leaks, all)}. A model that was trained on this train split has seen what is measured here.`,
    );
}
