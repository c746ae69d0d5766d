import type { DatasetSample } from '@groundglass/core';
import { isGuessed, namedPatient } from '@groundglass/dataset';
import * as vscode from 'vscode';

/** Split and patient of a sample in words; null where nothing names them. */
export interface Whereabouts {
  readonly split: string | null;
  readonly patient: string | null;
}

/** What a dataset knows of a sample's split and patient: what Groundglass drew or guessed is not shown as known. */
export function whereaboutsOf(sample: DatasetSample): Whereabouts {
  const patient = namedPatient(sample);
  return {
    split: isGuessed(sample, 'split') ? null : sample.split,
    patient:
      patient !== null && isGuessed(sample, 'patient')
        ? vscode.l10n.t('{0} (guessed from the path)', patient)
        : patient,
  };
}
