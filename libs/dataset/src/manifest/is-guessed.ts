import type { DatasetSample } from '@groundglass/core';

/** Whether nothing in the dataset says this of a sample: the split was drawn, the patient guessed from a path or a study. */
export function isGuessed(
  { guessed }: Pick<DatasetSample, 'guessed'>,
  what: 'split' | 'patient',
): boolean {
  return guessed?.includes(what) ?? false;
}
