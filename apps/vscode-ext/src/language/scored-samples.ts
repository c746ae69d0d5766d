import type { DatasetSample, Finding, ResultRow, ResultsHeader } from '@groundglass/core';
import type * as vscode from 'vscode';
import type { DatasetEntry, DatasetRegistry } from '../datasets/dataset-registry.js';
import type { LoadedDataset } from '../datasets/load-dataset.js';
import type { Whereabouts } from '../datasets/whereabouts.js';
import { readTextOf } from '../datasets/workspace-files.js';

/** What is known about one file. */
export interface KnownFile {
  readonly sample: DatasetSample | undefined;
  /** Undefined without a sample. */
  readonly whereabouts: Whereabouts | undefined;
  readonly result: ResultRow | undefined;
  readonly header: ResultsHeader | undefined;
  readonly positive: string;
  readonly findings: readonly Finding[];
}

interface Index {
  readonly dataset: LoadedDataset;
  readonly whereaboutsOf: (sample: DatasetSample) => Whereabouts;
  readonly samples: ReadonlyMap<string, DatasetSample>;
  readonly results: ReadonlyMap<string, ResultRow>;
  readonly header: ResultsHeader | undefined;
  readonly findings: ReadonlyMap<string, readonly Finding[]>;
}

/** Labels, answers and findings by file, for hovers and decorations; read once, and again after a change. */
export class ScoredSamples {
  readonly #indices = new Map<DatasetEntry, Promise<Index | undefined>>();
  readonly #registry: DatasetRegistry;
  readonly #resultsOf: (folder: vscode.Uri) => Promise<vscode.Uri[]>;
  readonly #findingsOf: (folder: vscode.Uri) => Promise<Finding[]>;

  constructor(
    registry: DatasetRegistry,
    resultsOf: (folder: vscode.Uri) => Promise<vscode.Uri[]>,
    findingsOf: (folder: vscode.Uri) => Promise<Finding[]>,
  ) {
    this.#registry = registry;
    this.#resultsOf = resultsOf;
    this.#findingsOf = findingsOf;
  }

  forget(): void {
    this.#indices.clear();
  }

  /** Undefined for a file in no dataset. */
  async find(uri: vscode.Uri): Promise<KnownFile | undefined> {
    const entry = await this.#registry.entryOf(uri);
    if (!entry) return undefined;
    let index = this.#indices.get(entry);
    if (!index) {
      index = this.#read(entry).catch(() => undefined);
      this.#indices.set(entry, index);
    }
    const read = await index;
    if (!read) return undefined;
    const prefix = read.dataset.root.path.endsWith('/')
      ? read.dataset.root.path
      : `${read.dataset.root.path}/`;
    if (!uri.path.startsWith(prefix)) return undefined;
    const path = uri.path.slice(prefix.length);
    const sample = read.samples.get(path);
    const known: KnownFile = {
      sample,
      whereabouts: sample && read.whereaboutsOf(sample),
      result: read.results.get(path),
      header: read.header,
      positive: read.dataset.manifest.positive,
      findings: read.findings.get(path) ?? [],
    };
    return (known.sample ?? known.result) ? known : undefined;
  }

  async #read(entry: DatasetEntry): Promise<Index> {
    const dataset = await entry.load();
    const [newest] = await this.#resultsOf(entry.folder);
    const text = newest && (await readTextOf(newest));
    const [{ parseResults }, { whereaboutsOf }] = await Promise.all([
      import('../datasets/dataset-functions.js'),
      import('../datasets/whereabouts.js'),
    ]);
    const results = text === undefined ? undefined : parse(() => parseResults(text));
    const findings = new Map<string, Finding[]>();
    for (const finding of await this.#findingsOf(entry.folder)) {
      for (const { path } of finding.samples) {
        const of = findings.get(path);
        if (of) of.push(finding);
        else findings.set(path, [finding]);
      }
    }
    return {
      dataset,
      whereaboutsOf,
      samples: new Map(dataset.samples.map((sample) => [sample.path, sample])),
      results: new Map(results?.rows.map((row) => [row.path, row])),
      header: results?.header,
      findings,
    };
  }
}

function parse<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
