import { CtError } from '@groundglass/core';
import type { DatasetFiles } from '../../files/dataset-files.js';
import { baseName, DatasetFolder, folderOf, joinPath, stemOf } from '../dataset-folder.js';
import type { ImportOptions } from '../import-options.js';
import type { ImportedDataset } from '../import-report.js';
import { SampleCollector } from '../sample-collector.js';

/**
 * Imports a folder with a text file of paths for each split, such as `train.txt`, `val_covid.txt` or `lists/COVID/testCT_COVID.txt`.
 * The label of a row is its second word (`a.png COVID`), else the class in the list's own name or folder, else that of the image's
 * folder. A path is resolved from the dataset's folder, from the list's, or by the file's name if only one file has it.
 *
 * @throws {CtError} `CT_BAD_DATASET` when there is no list.
 */
export async function importSplitLists(
  files: DatasetFiles,
  options: ImportOptions = {},
): Promise<ImportedDataset> {
  const folder = new DatasetFolder(files);
  const collector = new SampleCollector(folder, options);
  const all = await folder.filesBelow('');
  const lists = all.flatMap((path) => {
    const split = /\.(txt|lst|list)$/i.test(path) ? splitInName(stemOf(path)) : undefined;
    return split === undefined ? [] : [{ path, split }];
  });
  if (lists.length === 0)
    throw new CtError(
      'CT_BAD_DATASET',
      'Expected text files of paths named after splits, such as train.txt; there is none',
    );
  const byName = new Map<string, string[]>();
  for (const path of all) byName.set(baseName(path), [...(byName.get(baseName(path)) ?? []), path]);
  for (const list of lists) {
    const lines = (await folder.readText(list.path)).split(/\r?\n/);
    for (const [i, line] of lines.entries()) {
      if (line.trim() === '' || line.startsWith('#')) continue;
      const { name, word } = await splitLine(line.trim());
      const path = await find(name, folderOf(list.path));
      await collector.add(
        {
          path,
          label:
            word ??
            labelIn([
              ...list.path.split('/').toReversed(),
              ...folderOf(path).split('/').toReversed(),
            ]),
          split: list.split,
          source: files.name,
        },
        { file: list.path, row: i + 1 },
      );
    }
  }
  return collector.finish({ name: files.name });

  /** `a b.png COVID` → path and word; a path may contain blanks, so the whole line is tried first. */
  async function splitLine(line: string): Promise<{ name: string; word: string | undefined }> {
    if ((await folder.has(line)) || byName.has(baseName(line)))
      return { name: line, word: undefined };
    const match = /^(.*\S)[\s,;]+(\S+)$/.exec(line);
    const [, name = '', word = ''] = match ?? [];
    return collector.words.knows(word) ? { name, word } : { name: line, word: undefined };
  }

  async function find(name: string, beside: string): Promise<string> {
    for (const path of [name, joinPath(beside, name)]) if (await folder.has(path)) return path;
    const found = byName.get(baseName(name)) ?? [];
    return found.length === 1 ? found[0]! : name;
  }

  /** The first of the names that contains a label's word: `testCT_COVID.txt`, `NonCOVID`. */
  function labelIn(names: readonly string[]): string | undefined {
    for (const name of names) {
      const stem = stemOf(name).replace(
        /^(train|training|val|valid|validation|test|testing)[-_ ]?/i,
        '',
      );
      for (const word of [stem, stem.replace(/^CT[-_]/i, '')])
        if (collector.words.knows(word)) return word;
    }
    return undefined;
  }
}

function splitInName(stem: string): string | undefined {
  const match = /(^|[^a-z])(train|training|val|valid|validation|test|testing)([^a-z]|$)/i.exec(
    stem,
  );
  return match?.[2] ?? /^(train|val|test)(?=[A-Z])/.exec(stem)?.[1];
}
