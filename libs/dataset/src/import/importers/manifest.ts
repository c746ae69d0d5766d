import type { DatasetFiles } from '../../files/dataset-files.js';
import type { Dataset } from '../../manifest/dataset.js';
import { isGuessed } from '../../manifest/is-guessed.js';
import { omit } from '../../text/omit.js';
import { DatasetFolder } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';

/**
 * Imports another manifest: its rows are checked and fingerprinted as any other dataset's, with other labels, splits or joined tables
 * if the options say so.
 *
 * @param files of the folder that the manifest's paths start from.
 */
export async function importManifest(
  files: DatasetFiles,
  { manifest, samples, lines, problems }: Dataset,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const collector = new SampleCollector(new DatasetFolder(files), {
    ...options,
    labels: options.labels ?? manifest.labels,
    positive: options.positive ?? (options.labels ? options.labels.at(-1)! : manifest.positive),
  });
  collector.problems.push(...problems);
  for (const [i, sample] of samples.entries()) {
    const { patient, ...rest } = omit(sample, 'sha256', 'pixelHash', 'guessed');
    const candidate = {
      ...rest,
      ...(isGuessed(sample, 'patient') ? { guessedPatient: patient } : { patient }),
      isSplitDrawn: isGuessed(sample, 'split'),
    };
    await collector.add(candidate, { file: manifest.samples, row: lines[i]! });
  }
  return collector.finish(
    omit(manifest, 'format', 'version', 'samples', 'root', 'labels', 'positive'),
  );
}
