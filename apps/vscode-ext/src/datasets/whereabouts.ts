import type { DatasetSample } from '@groundglass/core';
import { isGuessed, namedPatient } from '@groundglass/dataset';
import * as vscode from 'vscode';

/** Split and patient of a sample as text; null if neither is known. */
export interface Whereabouts {
  readonly split: string | null;
  readonly patient: string | null;
}

/** The known split and patient of a sample: what Groundglass drew or guessed is left out. */
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
