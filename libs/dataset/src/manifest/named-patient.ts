import type { DatasetSample } from '@groundglass/core';

/**
 * The patient that the data names; null if it names none. Importers then make each picture its own patient, under its path or
 * file name, so that splits have a unit to keep whole. Slices of one volume are of one patient in any case.
 */
export function namedPatient({
  path,
  slice,
  patient,
}: Pick<DatasetSample, 'path' | 'slice' | 'patient'>): string | null {
  const isItself = patient === path || patient === path.slice(path.lastIndexOf('/') + 1);
  return isItself && slice === undefined ? null : patient;
}
