import type { DatasetSample } from '@groundglass/core';
import { namedPatient } from '@groundglass/dataset';
import * as vscode from 'vscode';
import type { LoadedDataset } from './load-dataset.js';

/** Split and patient of a sample in words; null where nothing names them. */
export interface Whereabouts {
  readonly split: string | null;
  readonly patient: string | null;
}

/** What a dataset knows of a sample's split and patient: what Groundglass drew or read from a folder's name is not shown as known. */
export function whereaboutsOf(
  sample: DatasetSample,
  { drawn, layout }: Pick<LoadedDataset, 'drawn' | 'layout'>,
): Whereabouts {
  const patient = namedPatient(sample);
  return {
    split: drawn.has(sample) ? null : sample.split,
    patient:
      patient !== null && isFolderName(sample, layout)
        ? vscode.l10n.t('{0} (by its folder)', patient)
        : patient,
  };
}

/** Class folders name no patients: a folder below a class stands for one. */
export function isFolderName(
  { path, patient }: DatasetSample,
  layout: LoadedDataset['layout'],
): boolean {
  return layout === 'folders' && `/${path}`.includes(`/${patient}/`);
}
