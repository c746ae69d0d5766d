import { defaultLabels } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { DatasetFolder, stemOf } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';
import { importNamePattern } from './name-pattern.js';

const license = 'LUNA16 CC BY 4.0, LIDC-IDRI CC BY 3.0';
const citation = '10.1016/j.media.2017.06.015';

/**
 * Imports LUNA16: as published, `subset0` … `subset9` with a `.mhd` and a `.raw` for each series, or as slices named
 * `<series>_<slice>.png`. All of it was taken before COVID-19. A series is a patient; its subset is kept in `meta`.
 */
export async function importLuna16(
  files: DatasetFiles,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const label = options.labels?.[0] ?? defaultLabels[0];
  const volumes = (await folder.filesBelow('')).filter((path) => /\.mh[ad]$/i.test(path));
  if (volumes.length === 0) {
    const imported = await importNamePattern(files, { ...options, label, source: 'luna16' });
    return { ...imported, manifest: { ...imported.manifest, license, citation } };
  }
  const collector = new SampleCollector(folder, options);
  for (const path of volumes) {
    // LUNA16's own lung segmentations have the names of the volumes.
    if (/(^|\/)seg-lungs/i.test(path)) continue;
    const subset = /(^|\/)(subset\d+)\//i.exec(path)?.[2];
    await collector.add(
      {
        path,
        label,
        patient: stemOf(path),
        source: 'luna16',
        ...(subset === undefined ? {} : { meta: { subset } }),
      },
      { file: path },
    );
  }
  return collector.finish({ name: 'LUNA16', license, citation });
}
