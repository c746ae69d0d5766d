import type { DatasetFiles } from '../../files/dataset-files.js';
import { DatasetFolder } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';
import { withoutCompanions } from './without-companions.js';

/**
 * Imports every CT file below a folder, whatever the folders are called: patient, study and series come from the tags. Each slice
 * is a sample, with its series and its position along the slice axis in `meta`. Localizers and copies of an instance are reported as
 * problems.
 *
 * The label is `label`, else that of the nearest parent folder named after a label, else what joined tables say,
 * else unknown.
 */
export async function importDicomTree(
  files: DatasetFiles,
  options: ImportOptions & { readonly label?: string } = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const collector = new SampleCollector(folder, options);
  for (const path of withoutCompanions(await folder.filesBelow(''))) {
    // An index of the folder, not an image.
    if (/(^|\/)DICOMDIR$/i.test(path)) continue;
    const word = path
      .split('/')
      .slice(0, -1)
      .toReversed()
      .find((name) => collector.words.knows(name));
    await collector.add({ path, label: options.label ?? word, source: files.name }, { file: path });
  }
  return collector.finish({ name: files.name });
}
