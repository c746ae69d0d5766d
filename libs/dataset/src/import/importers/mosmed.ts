import { defaultLabels } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { DatasetFolder, stemOf } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';

/** MosMedData's grades: CT-0 without lesions, then by the share of the lung that is affected, in quarters. */
export const mosmedName = /^(ct[0-4])_.+\.(png|jpe?g)$/i;

/**
 * Imports slices of MosMedData that are named by their grade, such as `ct2_017.jpg`, one slice per study. All come from the same hospitals,
 * so that no source reveals the class. The grade is kept in `meta`. Validation only, unless splits are given.
 */
export async function importMosmed(
  files: DatasetFiles,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const [negative, positive] = options.labels ?? defaultLabels;
  const collector = new SampleCollector(folder, options);
  for (const name of await folder.files('')) {
    const grade = mosmedName.exec(name)?.[1]?.toLowerCase();
    if (grade === undefined) continue;
    await collector.add(
      {
        path: name,
        label: grade === 'ct0' ? negative : positive,
        split: 'val',
        patient: stemOf(name),
        source: 'mosmed',
        meta: { grade },
      },
      { file: name },
    );
  }
  return collector.finish({
    name: 'MosMedData slices',
    license: 'CC BY-NC-ND 3.0',
    citation: '10.1101/2020.05.20.20100362',
  });
}
