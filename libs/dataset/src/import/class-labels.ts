import type { DatasetFiles } from '../files/dataset-files.js';
import { LabelWords } from './label-words.js';
import { splitFromWord } from './split-words.js';

/** Labels of a dataset and the positive one. */
export interface ClassLabels {
  readonly labels: readonly string[];
  readonly positive: string;
}

/**
 * The labels of a folder per class if its names are not just words for the two usual labels: each folder is a label then.
 * Positive is the one that stands for COVID-19, else the last. Undefined if the usual labels suffice.
 */
export async function classLabels(files: DatasetFiles): Promise<ClassLabels | undefined> {
  const names = new Set<string>();
  for (const { name, kind } of await files.list('')) {
    if (kind !== 'folder' || name.startsWith('.')) continue;
    if (splitFromWord(name) === undefined) {
      names.add(name);
      continue;
    }
    for (const child of await files.list(name)) {
      if (child.kind === 'folder' && !child.name.startsWith('.')) names.add(child.name);
    }
  }
  const usual = new LabelWords();
  const labels = [...names].sort();
  if (labels.length < 2 || labels.every((name) => usual.knows(name))) return undefined;
  const covid = labels.find((name) => {
    const found = usual.resolve(name);
    return 'label' in found && found.label === 'covid';
  });
  return { labels, positive: covid ?? labels.at(-1)! };
}
