import type { FactsCache } from '../facts/facts-cache.js';
import type { PictureReader } from '../reading/picture-reader.js';
import type { SplitShares } from '../splits/assign-split.js';
import type { Table } from '../tables/read-table.js';

/** Progress of an import or an audit. */
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

/** Options of all importers. */
export interface ImportOptions {
  /** The labels of the manifest; by default what the layout implies. */
  readonly labels?: readonly string[];
  /** One of `labels`; by default the last. */
  readonly positive?: string;
  /** Words of the dataset and the label that each stands for; case is ignored. */
  readonly labelMap?: ReadonlyMap<string, string>;
  /** Shares of patients for validation and test if the dataset has no split. */
  readonly shares?: SplitShares;
  /** The split of each file, overriding the layout. */
  readonly splitLists?: readonly SplitList[];
  /** Tables whose rows add to the samples: label, patient, metadata. */
  readonly joins?: readonly Table[];
  /** `slices` (default) makes a sample of each slice of a volume; `whole` one of the volume. */
  readonly volumes?: 'slices' | 'whole';
  /** The manifest's name. */
  readonly name?: string;
  /** Decode every slice and fingerprint it; default true. If false, files are neither opened nor checked. */
  readonly decode?: boolean;
  /** Facts of files that have not changed since they were read. */
  readonly cache?: FactsCache;
  /** Decodes instead of this thread. */
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
