import type { DatasetManifest, DatasetSample } from '@groundglass/core';

/** Something in a dataset that an import could not use, and where to find it. */
export interface ImportProblem {
  /** The file that says it (a list, a table) or is wrong itself, relative to the dataset's folder. */
  readonly file: string;
  /** Line of a text file or row of a table, from 1, as editors and spreadsheets number it. */
  readonly row?: number;
  readonly message: string;
}

/** An importer's result: the good samples, and all problems. */
export interface ImportedDataset {
  readonly manifest: DatasetManifest;
  readonly samples: readonly DatasetSample[];
  readonly problems: readonly ImportProblem[];
}

/** `file:row: message`, as compilers print it, so that editors make it a link. */
export function formatProblem({ file, row, message }: ImportProblem): string {
  return `${file}${row === undefined ? '' : `:${row}`}: ${message}`;
}
