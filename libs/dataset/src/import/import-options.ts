import type { FactsCache } from '../facts/facts-cache.js';
import type { PictureReader } from '../reading/picture-reader.js';
import type { SplitShares } from '../splits/assign-split.js';
import type { Table } from '../tables/read-table.js';

/** How far an import or an audit is. */
export interface DatasetProgress {
  readonly phase:
    | 'listing'
    | 'reading'
    | 'features'
    | 'comparing'
    | 'registering'
    | 'verifying'
    | 'baselines'
    | 'copying';
  readonly done: number;
  /** Undefined while it is not known. */
  readonly total: number | undefined;
}

/** What all importers take. */
export interface ImportOptions {
  /** The labels of the manifest; what the layout implies unless given. */
  readonly labels?: readonly string[];
  /** One of `labels`; the last of them unless given. */
  readonly positive?: string;
  /** Words of the dataset and the label that each stands for, upper and lower case alike. */
  readonly labelMap?: ReadonlyMap<string, string>;
  /** Shares of patients for validation and test where the dataset has no split. */
  readonly shares?: SplitShares;
  /** Which split each file belongs to, in place of what the layout says. */
  readonly splitLists?: readonly SplitList[];
  /** Tables whose rows add to the samples: label, patient, metadata. */
  readonly joins?: readonly Table[];
  /** `slices` makes a sample of each slice of a volume; `whole` one of the volume. `slices` unless given. */
  readonly volumes?: 'slices' | 'whole';
  /** The manifest's name. */
  readonly name?: string;
  /** Decode every slice and fingerprint it; true unless given. Without it files are neither opened nor checked. */
  readonly decode?: boolean;
  /** Facts of files that have not changed since they were read. */
  readonly cache?: FactsCache;
  /** Decodes in place of this thread. */
  readonly reader?: PictureReader;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: DatasetProgress) => void;
}

/** A list of files, or of patients, and the split that they belong to. */
export interface SplitList {
  /** For problems. */
  readonly file: string;
  readonly entries: readonly {
    readonly name: string;
    readonly split: string;
    readonly row: number;
  }[];
}
