import type { DatasetFiles } from '../../files/dataset-files.js';
import { columnOf, readTable } from '../../tables/read-table.js';
import { nearestWord } from '../../text/did-you-mean.js';
import { baseName, DatasetFolder, folderOf, joinPath } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { numberOrText, SampleCollector, type Meta } from '../sample-collector.js';
import { splitFromWord } from '../split-words.js';
import { withoutCompanions } from './without-companions.js';

/** Hugging Face's `imagefolder` keeps its metadata about the images here. */
const metadataNames = ['metadata.csv', 'metadata.jsonl'];

/**
 * Imports a folder per class (`covid/…`, `non-covid/…`, also `CT_COVID`, `normal`, `positive` …), with or without a level of
 * splits above it (`train/covid/…`). A folder below a class is one patient; a file directly in it is a patient of its own, unless
 * its header names one.
 *
 * This also reads Hugging Face's `imagefolder` layout: a `metadata.csv` or `metadata.jsonl` next to the images gives label, patient,
 * source, document and mask if present.
 */
export async function importFolders(
  files: DatasetFiles,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const collector = new SampleCollector(folder, options);
  const described = new Map<string, ReadonlyMap<string, string>>();
  const masks = new Set<string>();
  const splitLess = await folder.folders('');
  await readMetadata('');
  for (const name of splitLess) {
    const split = splitFromWord(name);
    if (split === undefined) {
      await addClass(name, undefined);
      continue;
    }
    await readMetadata(name);
    for (const child of await folder.folders(name)) await addClass(joinPath(name, child), name);
    await addFiles(await folder.files(name), name, name);
  }
  await addFiles(await folder.files(''), '', undefined);
  return collector.finish({ name: files.name });

  async function readMetadata(parent: string): Promise<void> {
    for (const name of metadataNames) {
      const file = joinPath(parent, name);
      if (!(await folder.has(file))) continue;
      const table = await readTable(await folder.readBytes(file), file);
      collector.problems.push(...table.problems);
      const column = columnOf(table, 'path');
      for (const { row, cells } of table.rows) {
        const path = column === undefined ? undefined : cells.get(column);
        if (path === undefined) collector.report({ file, row }, 'Expected a file_name');
        else described.set(joinPath(parent, path), cells);
        const mask = cells.get('mask');
        if (mask !== undefined) masks.add(joinPath(parent, mask));
      }
    }
  }

  /** Files directly in the dataset's or a split's folder: images only if metadata describes them. */
  async function addFiles(names: readonly string[], parent: string, split: string | undefined) {
    for (const name of names) {
      const path = joinPath(parent, name);
      if (described.has(path)) await addFile(path, undefined, undefined, split);
    }
  }

  async function addClass(parent: string, split: string | undefined): Promise<void> {
    const name = baseName(parent);
    const below = withoutCompanions(await folder.filesBelow(parent));
    if (!collector.words.knows(name)) {
      // Folders such as `images` hold files that metadata describes.
      const known = below.filter((path) => described.has(path));
      for (const path of known) await addFile(path, undefined, undefined, split);
      if (known.length === 0 && !below.every((path) => masks.has(path))) {
        const { labels } = collector.words;
        collector.report(
          { file: parent },
          `Expected a folder named after a class, such as ${labels.join(' or ')}; map it with --label-map "${name}=${nearestWord(name, labels) ?? 'LABEL'}" or name all labels with --labels`,
        );
      }
      return;
    }
    for (const path of below) {
      if (metadataNames.includes(baseName(path))) continue;
      const [first = '', ...rest] = path.slice(parent.length + 1).split('/');
      const patient = rest.length > 0 ? `${name}/${first}` : undefined;
      await addFile(path, name, patient, split);
    }
  }

  async function addFile(
    path: string,
    label: string | undefined,
    patient: string | undefined,
    split: string | undefined,
  ): Promise<void> {
    const cells = described.get(path) ?? new Map<string, string>();
    const field = (names: readonly string[]) => names.map((name) => cells.get(name)).find(Boolean);
    const used = ['file_name', 'label', 'split', 'patient', 'source', 'document', 'mask', 'slice'];
    const meta: Meta = Object.fromEntries(
      [...cells]
        .filter(([key]) => !used.includes(key))
        .map(([key, value]) => [key, numberOrText(value)]),
    );
    const mask = cells.get('mask');
    await collector.add(
      {
        path,
        label: cells.get('label') ?? label,
        split: cells.get('split') ?? split,
        patient: field(['patient', 'patient_id']),
        guessedPatient: patient,
        source: cells.get('source') ?? files.name,
        document: field(['document', 'doi']),
        mask: mask === undefined ? undefined : joinPath(metadataFolder(path), mask),
        ...(Object.keys(meta).length > 0 ? { meta } : {}),
      },
      { file: path },
    );
  }

  /** The folder whose metadata describes a path: that of its split if it has one. */
  function metadataFolder(path: string): string {
    const [first = ''] = folderOf(path).split('/');
    return splitFromWord(first) === undefined ? '' : first;
  }
}
