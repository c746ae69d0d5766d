import type { DatasetSample } from '@groundglass/core';

/** Whether a sample's value is not from the dataset: the split was drawn, the patient guessed from a path or a study. */
export function isGuessed(
  { guessed }: Pick<DatasetSample, 'guessed'>,
  what: 'split' | 'patient',
): boolean {
  return guessed?.includes(what) ?? false;
}
