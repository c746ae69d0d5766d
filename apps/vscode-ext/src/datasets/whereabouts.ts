import type { DatasetSample } from '@groundglass/core';
import { namedPatient } from '@groundglass/dataset';
import * as vscode from 'vscode';
import type { LoadedDataset } from './load-dataset.js';

/** Split and patient of a sample in words; null where nothing names them. */
export interface Whereabouts {
  readonly split: string | null;
  readonly patient: string | null;
}

/** What a dataset knows of a sample's split and patient: what Groundglass drew or guessed is not shown as known. */
export function whereaboutsOf(
  sample: DatasetSample,
  { drawn, guessed }: Pick<LoadedDataset, 'drawn' | 'guessed'>,
): Whereabouts {
  const patient = namedPatient(sample);
  return {
    split: drawn.has(sample) ? null : sample.split,
    patient:
      patient !== null && guessed.has(sample)
        ? vscode.l10n.t('{0} (guessed from the path)', patient)
        : patient,
  };
}
