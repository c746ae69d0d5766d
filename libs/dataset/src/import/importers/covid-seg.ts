import { defaultLabels } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { assignSplit, type SplitShares } from '../../splits/assign-split.js';
import { DatasetFolder } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';

/**
 * Imports the expert slices of COVID-Seg (medicalsegmentation.com, as packed by Inf-Net): `train` and `test` with
 * `images`, `lesion-masks` (0 or 255) and `class-masks` (1 ground-glass, 2 consolidation) of the same stem. All slices
 * show COVID-19.
 *
 * The folder may also be the whole dataset, which has them in `slices` next to its volumes. It names no patients, so each
 * slice is one; part of `train` becomes `val` (a fifth, or the share for validation), `test` stays as published.
 */
export async function importCovidSeg(
  files: DatasetFiles,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const parent = (await folder.has('slices/train')) ? 'slices/' : '';
  const collector = new SampleCollector(folder, options);
  const shares: SplitShares = { val: options.shares?.val ?? 0.2, test: 0 };
  for (const published of ['train', 'test'] as const) {
    const images = `${parent}${published}/images`;
    if (!(await folder.has(images))) {
      collector.report({ file: images }, 'Expected a folder of slices, there is none');
      continue;
    }
    for (const name of await folder.files(images)) {
      const stem = name.replace(/\.[^.]+$/, '');
      const patient = `${published}-${stem}`;
      const classMask = `${parent}${published}/class-masks/${stem}.png`;
      await collector.add(
        {
          path: `${images}/${name}`,
          label: defaultLabels[1],
          split: published === 'test' ? 'test' : assignSplit(patient, shares),
          isSplitDrawn: published === 'train',
          guessedPatient: patient,
          source: 'covid-seg',
          mask: `${parent}${published}/lesion-masks/${stem}.png`,
          ...((await folder.has(classMask)) ? { meta: { classMask } } : {}),
        },
        { file: `${images}/${name}` },
      );
    }
  }
  return collector.finish({
    name: 'COVID-Seg slices',
    description: 'Axial slices of COVID-19 patients with lesion masks drawn by a radiologist',
    license: 'Non-commercial research use',
    citation: 'http://medicalsegmentation.com/covid19/',
  });
}
