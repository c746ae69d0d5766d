import type { Dataset } from '@groundglass/dataset';
import type { DatasetNote } from '../run/run-folder.js';

/** Notes from the manifests of datasets. */
export function datasetNotes(datasets: readonly Dataset[]): DatasetNote[] {
  return datasets.map(({ manifest, samples }) => {
    const { name, description, license, citation } = manifest;
    return {
      name,
      sources: [...new Set(samples.map(({ source }) => source))].sort(),
      ...(description === undefined ? {} : { description }),
      ...(license === undefined ? {} : { license }),
      ...(citation === undefined ? {} : { citation }),
    };
  });
}
