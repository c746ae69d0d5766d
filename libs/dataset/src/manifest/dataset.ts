import type { DatasetManifest, DatasetSample } from '@groundglass/core';
import type { ImportProblem } from '../import/import-report.js';

/** The manifest's file name. */
export const manifestName = 'groundglass.dataset.json';

/** A dataset as read from its manifest. */
export interface Dataset {
  readonly manifest: DatasetManifest;
  /** The folder that the samples' paths start from: absolute if read from a file system, else as in the manifest. */
  readonly root: string;
  readonly samples: readonly DatasetSample[];
  /** The row of each sample in `samples.jsonl`, from 1. */
  readonly lines: readonly number[];
  /** Rows that could not be used. */
  readonly problems: readonly ImportProblem[];
}
