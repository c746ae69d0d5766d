import { splits, type DatasetSample } from '@groundglass/core';
import { assignSplit, defaultShares, type SplitShares } from '../../splits/assign-split.js';
import { DatasetFolder, joinPath } from '../dataset-folder.js';
import type { ImportedDataset } from '../import-report.js';
import { labelFromName } from '../label-names.js';
import { SampleCollector } from '../sample-collector.js';

/**
 * Imports a folder per class (`covid/…`, `non-covid/…`, also `CT_COVID`, `normal`, `positive` …), with or without a level of
 * splits above it (`train/covid/…`). A folder below a class is one patient; a file directly in it is a patient of its own.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the folder is missing.
 */
export async function importFolders(
  path: string,
  shares: SplitShares = defaultShares,
): Promise<ImportedDataset> {
  const folder = await DatasetFolder.open(path);
  const collector = new SampleCollector(folder);
  const source = folder.root.split(/[\\/]/).at(-1) ?? 'folders';
  for (const name of await folder.folders('.')) {
    const split = splitFromName(name);
    const parents =
      split === undefined
        ? [name]
        : (await folder.folders(name)).map((child) => joinPath(name, child));
    for (const parent of parents) await addClass(parent, split);
  }
  return {
    manifest: { format: 'groundglass-dataset', version: 1, name: source, samples: 'samples.jsonl' },
    samples: collector.finish(),
    problems: collector.problems,
  };

  async function addClass(
    parent: string,
    split: DatasetSample['split'] | undefined,
  ): Promise<void> {
    const label = labelFromName(parent.split('/').at(-1) ?? '');
    if (label === undefined) {
      collector.report(
        { file: parent },
        'Expected a folder named after a class, such as covid or non-covid',
      );
      return;
    }
    for (const file of await folder.filesBelow(parent)) {
      const [first = file, ...rest] = file.slice(parent.length + 1).split('/');
      const patient = rest.length > 0 ? first : first.replace(/\.[^.]+$/, '');
      await collector.add(
        {
          path: file,
          label,
          split: split ?? assignSplit(patient, shares),
          patient: `${label}/${patient}`,
          source,
        },
        { file },
      );
    }
  }
}

function splitFromName(name: string): DatasetSample['split'] | undefined {
  const word = name.toLowerCase();
  if (word === 'validation' || word === 'valid') return 'val';
  if (word === 'training') return 'train';
  return splits.find((split) => split === word);
}
