import type { DatasetManifest, DatasetSample } from '@groundglass/core';

/** Something in a dataset that an import could not use, with the place where a person finds it. */
export interface ImportProblem {
  /** File that says it (a list, a table) or that is wrong itself, relative to the dataset's folder. */
  readonly file: string;
  /** Line of a text file or row of a table, from 1, as an editor or spreadsheet numbers it. */
  readonly row?: number;
  readonly message: string;
}

/** What an importer found: the samples that are good, and everything that is not. */
export interface ImportedDataset {
  readonly manifest: DatasetManifest;
  readonly samples: readonly DatasetSample[];
  readonly problems: readonly ImportProblem[];
}

/** `file:row: message`, as compilers print it, so that editors make a link of it. */
export function formatProblem({ file, row, message }: ImportProblem): string {
  return `${file}${row === undefined ? '' : `:${row}`}: ${message}`;
}
