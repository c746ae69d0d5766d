import { existsSync } from 'node:fs';
import { appendFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, replaceFile } from '@groundglass/dataset/disk';
import type { ClassNames } from '../datasets/class-names.js';

/** One line of `log.jsonl`: the results of an epoch. */
export interface EpochRecord {
  readonly epoch: number;
  readonly learningRate: number;
  readonly trainLoss: number;
  readonly trainParts: Readonly<Record<string, number>>;
  readonly validation: Readonly<Record<string, number | null>>;
  readonly seconds: number;
  readonly imagesPerSecond: number;
  /** Share of the epoch that the engine waited for data. */
  readonly waitingShare: number;
  readonly best: boolean;
}

/** A manifest's notes on its dataset, for a model's card. */
export interface DatasetNote {
  readonly name: string;
  /** Sources of its samples, by which recipes and tables name them. */
  readonly sources: readonly string[];
  readonly description?: string;
  readonly license?: string;
  readonly citation?: string;
}

/** `inputs.json`: the inputs of a run. */
export interface RunInputs {
  /** `dataFingerprint` of the samples: a run resumes only with the same data. */
  readonly data?: string;
  /** Overlaps between splits that were accepted with --allow-leaks. */
  readonly leaks?: string;
  /** Samples by source and split. */
  readonly samples: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Names of the classes, the positive one last. */
  readonly labels?: ClassNames;
  /** What the manifests say of the datasets. */
  readonly datasets?: readonly DatasetNote[];
  /** The weights that it started from; none if it started from the seed alone. */
  readonly start?: { readonly file: string; readonly sha256: string };
  /** Files that supplied what the first one lacked. */
  readonly alsoFrom?: readonly { readonly file: string; readonly sha256: string }[];
  /** Notes for readers of the model card; written by hand. */
  readonly note?: string;
}

/** One line of `ledger.jsonl`: a look at a test split. */
export interface LedgerRecord {
  readonly time: string;
  readonly dataset: string;
  readonly split: 'test';
  readonly samples: number;
  /** SHA-256 of the weights or model that was evaluated. */
  readonly sha256: string;
  readonly metrics: Readonly<Record<string, number | null>>;
}

/**
 * The folder of one training run: `config.json`, `log.jsonl`, `ledger.jsonl`, `checkpoint.safetensors`, `best.safetensors`,
 * `report.html`. Replaced files are written under a temporary name and renamed, so that a kill leaves the old or the
 * new one, never a partial one.
 */
export class RunFolder {
  /** What the next step depends on; once it exists, the run's recipe and inputs are fixed. */
  static readonly checkpoint = 'checkpoint.safetensors';

  constructor(readonly path: string) {}

  file(name: string): string {
    return join(this.path, name);
  }

  async create(): Promise<void> {
    await makeFolder(this.path);
  }

  has(name: string): boolean {
    return existsSync(this.file(name));
  }

  /** Whether an epoch was finished: a run that failed at once may start again with other settings. */
  get started(): boolean {
    return this.has(RunFolder.checkpoint);
  }

  async readJson(name: string): Promise<unknown> {
    return JSON.parse(await readFile(this.file(name), 'utf8'));
  }

  async readBytes(name: string): Promise<Uint8Array> {
    return readFile(this.file(name));
  }

  /** See {@link replaceFile}. */
  async replace(name: string, content: string | Uint8Array): Promise<void> {
    await replaceFile(this.file(name), content);
  }

  /** The logged epochs, in order; skips a last line that a kill cut off. */
  async log(): Promise<EpochRecord[]> {
    return this.#lines<EpochRecord>('log.jsonl');
  }

  /**
   * Drops the records of epochs from `epoch` on: a run that was killed after logging an epoch and before saving its
   * checkpoint repeats that epoch.
   */
  async rewindLog(epoch: number): Promise<EpochRecord[]> {
    if (!this.has('log.jsonl')) return [];
    const kept = (await this.log()).filter((record) => record.epoch < epoch);
    const text = kept.map((record) => `${JSON.stringify(record)}\n`).join('');
    await this.replace('log.jsonl', text);
    return kept;
  }

  async appendLog(record: EpochRecord): Promise<void> {
    await appendFile(this.file('log.jsonl'), `${JSON.stringify(record)}\n`);
  }

  async appendLedger(record: LedgerRecord): Promise<void> {
    await this.#dropTornLine('ledger.jsonl');
    await appendFile(this.file('ledger.jsonl'), `${JSON.stringify(record)}\n`);
  }

  async ledger(): Promise<LedgerRecord[]> {
    return this.#lines<LedgerRecord>('ledger.jsonl');
  }

  async #lines<T>(name: string): Promise<T[]> {
    if (!this.has(name)) return [];
    const text = await readFile(this.file(name), 'utf8');
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  }

  async #dropTornLine(name: string): Promise<void> {
    if (!this.has(name)) return;
    const bytes = await readFile(this.file(name));
    await truncate(this.file(name), bytes.lastIndexOf(0x0a) + 1);
  }
}
