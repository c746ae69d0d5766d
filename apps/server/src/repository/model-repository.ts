// Over 300 lines: loading, replacing and unloading share the entries, the leases on them and the order of changes.

import type { OipTensorSpec } from '@groundglass/client';
import { CtError } from '@groundglass/core';
import type { Logger } from 'pino';
import type { InferencePool } from '../inference/inference-pool.js';
import { OverloadedError } from '../errors/overloaded-error.js';
import type { Scheduler } from '../inference/scheduler.js';
import { resolveBatchSize, type ModelConfig } from './model-config.js';
import { ModelStatistics } from './model-statistics.js';
import {
  listModels,
  modelNamePattern,
  readModelFiles,
  type ModelFiles,
  type VersionFiles,
} from './read-repository.js';
import type { RepositoryModel } from './repository-model.js';
import { loadQuicker, type Precision } from './load-quicker.js';
import { withKnownRanks } from './known-ranks.js';
import { shownToClients } from './reshapes.js';
import { askedWarmups, usualWarmups } from './warmups.js';

/** States of the repository extension of the protocol. */
type ModelState = 'READY' | 'LOADING' | 'UNLOADING' | 'UNAVAILABLE';

export interface IndexEntry {
  readonly name: string;
  readonly version: string;
  readonly state: ModelState;
  /** Why it is not ready, why its newest files are not served, or how it is served differently from Triton. */
  readonly reason: string;
}

/** A served model and how many requests hold it. */
interface Lease {
  holders: number;
  released: (() => void) | undefined;
}

interface Entry {
  /** Oldest first; the last is what a request without a version gets. */
  served: readonly RepositoryModel[];
  /** Of the files last read, loadable or not. */
  fingerprint: string;
  state: ModelState;
  reason: string;
}

interface RepositoryOptions {
  readonly root: string;
  readonly pool: InferencePool;
  readonly scheduler: Scheduler;
  readonly log: Logger;
  /** A warm-up run longer than this hangs. */
  readonly hangMs: number;
  readonly precision: Precision;
}

/** A default warm-up must not delay a start for longer. */
const usualWarmupMs = 20_000;

function notesOf({ config: { ignored } }: ModelFiles): string[] {
  return ignored.length === 0
    ? []
    : [`config.pbtxt has fields without effect here: ${ignored.join(', ')}`];
}

/** The folder of models and which of them are served. Changes happen one at a time. */
export class ModelRepository {
  readonly #entries = new Map<string, Entry>();
  readonly #leases = new Map<string, Lease>();
  readonly #retiring = new Set<Promise<void>>();
  readonly #statistics = new Map<string, ModelStatistics>();
  #changes: Promise<unknown> = Promise.resolve();
  #loads = 0;
  #loadedOnce = false;
  #timer: NodeJS.Timeout | undefined;
  readonly #options: RepositoryOptions;

  constructor(options: RepositoryOptions) {
    this.#options = options;
  }

  /** Whether every model of the folder is served and processes run it. */
  get complete(): boolean {
    const states = [...this.#entries.values()];
    return (
      states.length > 0 &&
      states.every(({ served }) => served.length > 0 && served.every((model) => this.runs(model)))
    );
  }

  /** Whether every model was tried once. */
  get loadedOnce(): boolean {
    return this.#loadedOnce;
  }

  /** Whether some process has the model, or is restarting with it. */
  runs({ key }: RepositoryModel): boolean {
    return this.#options.pool.mayRun(key);
  }

  /** All versions that are served, by name and then oldest first. */
  get models(): readonly RepositoryModel[] {
    return [...this.#entries.values()].flatMap((entry) => entry.served);
  }

  /**
   * The served model; the newest version where none is given. To run it, {@link use} it.
   *
   * @throws {CtError} `CT_MODEL_NOT_FOUND`; `CT_OVERLOADED` until all models have been tried once.
   */
  get(name: string, version?: string): RepositoryModel {
    const served = this.#entries.get(name)?.served ?? [];
    const model = version ? served.find((each) => each.version === version) : served.at(-1);
    if (model) return model;
    this.refuseWhileLoading();
    throw new CtError(
      'CT_MODEL_NOT_FOUND',
      modelNamePattern.test(name)
        ? `Expected a loaded model, "${name}"${version ? ` in version ${version.slice(0, 20)}` : ''} is not loaded`
        : 'Expected a model name of letters, digits, "_", "-" and "."',
    );
  }

  /**
   * Runs `work` with a model that stays loaded until it has ended, even when it is reloaded or unloaded meanwhile.
   *
   * @throws {CtError} `CT_MODEL_NOT_FOUND`, and what `work` throws.
   */
  async use<T>(
    name: string,
    version: string | undefined,
    work: (model: RepositoryModel) => Promise<T>,
  ): Promise<T> {
    const model = this.get(name, version);
    const lease = this.#leases.get(model.key) ?? { holders: 0, released: undefined };
    this.#leases.set(model.key, lease);
    lease.holders++;
    try {
      return await work(model);
    } finally {
      if (--lease.holders === 0) {
        this.#leases.delete(model.key);
        lease.released?.();
      }
    }
  }

  /** @throws {OverloadedError} while the first load is under way: a model that is missing may be there soon. */
  refuseWhileLoading(): void {
    if (!this.#loadedOnce) throw new OverloadedError('The models are being loaded', 1);
  }

  versionsOf(name: string): readonly string[] {
    return (this.#entries.get(name)?.served ?? []).map(({ version }) => version);
  }

  /** The state of every model that was seen, as `POST /v2/repository/index` gives it. */
  index(): IndexEntry[] {
    return [...this.#entries].flatMap(([name, { served, state, reason }]) =>
      served.length === 0
        ? [{ name, version: '', state, reason }]
        : served.map((model): IndexEntry => {
            const { version } = model;
            return this.runs(model)
              ? { name, version, state: 'READY', reason }
              : { name, version, state: 'UNAVAILABLE', reason: 'No process can load it again' };
          }),
    );
  }

  /** Loads every model of the folder; one that cannot be loaded is reported in the index and in the log. */
  async loadAll(): Promise<void> {
    await this.#change(() => this.#sync());
    this.#loadedOnce = true;
  }

  /** Looks for changes every so often: new and changed models are loaded, models without a folder unloaded. */
  startPolling(seconds: number): void {
    this.#timer = setTimeout(() => {
      this.#change(() => this.#sync())
        .catch((error: unknown) => {
          this.#options.log.error({ err: error }, 'the model repository cannot be read');
        })
        .finally(() => {
          if (this.#timer) this.startPolling(seconds);
        });
    }, seconds * 1000);
    this.#timer.unref();
  }

  /**
   * Loads or reloads a model. The old one keeps serving until the new one is warm, and stays if that fails.
   *
   * @param json a configuration in place of `config.pbtxt`, until the next load.
   * @throws {CtError} `CT_MODEL_NOT_FOUND`, `CT_MODEL_INVALID`.
   */
  load(name: string, json?: string): Promise<void> {
    return this.#change(async () => {
      let files: ModelFiles;
      try {
        files = await readModelFiles(this.#options.root, name, json);
      } catch (error) {
        if (this.#entries.has(name)) this.#report(name, error);
        throw error;
      }
      await this.#load(files, true);
    });
  }

  /** Stops serving a model; requests that hold it end first. @throws {CtError} `CT_MODEL_NOT_FOUND`. */
  unload(name: string): Promise<void> {
    return this.#change(async () => {
      this.get(name);
      this.#unload(name);
      return Promise.resolve();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#changes;
    await Promise.all(this.#retiring);
  }

  #change<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#changes.then(work);
    this.#changes = result.catch(() => undefined);
    return result;
  }

  async #sync(): Promise<void> {
    const { names, odd } = await listModels(this.#options.root);
    for (const { name, reason } of odd) {
      this.#report(name, new CtError('CT_MODEL_INVALID', reason));
    }
    for (const name of names) {
      try {
        await this.#load(await readModelFiles(this.#options.root, name), false);
      } catch (error) {
        this.#report(name, error);
      }
    }
    for (const [name, { served }] of this.#entries) {
      if (names.includes(name) || odd.some((each) => each.name === name)) continue;
      if (served.length > 0) this.#unload(name);
      this.#entries.delete(name);
    }
  }

  /** @param force reload even if nothing changed, as the repository API asks for. */
  async #load(files: ModelFiles, force: boolean): Promise<void> {
    const entry = this.#entry(files.name);
    if (!force && entry.fingerprint === files.fingerprint) return;
    entry.fingerprint = files.fingerprint;
    entry.state = 'LOADING';
    const fresh: RepositoryModel[] = [];
    const notes = notesOf(files);
    try {
      for (const version of files.versions)
        fresh.push(await this.#loadVersion(files, version, notes));
    } catch (error) {
      await Promise.all(fresh.map(({ key }) => this.#options.pool.unload(key)));
      this.#report(files.name, error);
      throw error;
    }
    const old = entry.served;
    Object.assign(entry, { served: fresh, state: 'READY', reason: notes.join('; ') });
    const versions = fresh.map(({ version, sha256 }) => ({ version, sha256 }));
    this.#options.log.info({ model: files.name, versions, notes }, 'model loaded');
    this.#retire(old);
  }

  /** @param notes receives what a client of this model should know. */
  async #loadVersion(
    files: ModelFiles,
    { version, path, quantised }: VersionFiles,
    notes: string[],
  ): Promise<RepositoryModel> {
    const { name, folder, config, labels } = files;
    const counts = config.instance_group.map(({ count }) => count);
    const request = {
      key: `${name}/${version}#${++this.#loads}`,
      path,
      folder,
      instances: counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0),
    };
    const { key, loaded } = await loadQuicker(this.#options, request, quantised, config, notes);
    try {
      const { sha256, metadata } = loaded;
      const { inputs, outputs } = withKnownRanks(config, loaded, notes);
      // Before anything runs.
      const maxBatchSize = resolveBatchSize(config, inputs, outputs);
      await this.#warmUp(key, config, inputs, maxBatchSize, notes);
      const statistics = this.#statisticsOf(name, version);
      const batched = maxBatchSize > 0;
      return {
        key,
        name,
        version,
        config,
        labels: [...labels.values()][0] ?? [],
        outputLabels: labels,
        inputs: shownToClients(inputs, config.input, batched),
        outputs: shownToClients(outputs, config.output, batched),
        sha256,
        metadata,
        maxBatchSize,
        statistics,
      };
    } catch (error) {
      await this.#options.pool.unload(key);
      throw error;
    }
  }

  /** A warm-up that the config asks for must succeed; the usual one may fail, since zeros mean nothing to some models. */
  async #warmUp(
    key: string,
    config: ModelConfig,
    inputs: readonly OipTensorSpec[],
    maxBatchSize: number,
    notes: string[],
  ): Promise<void> {
    const { pool, hangMs } = this.#options;
    const asked = askedWarmups(config, maxBatchSize);
    if (asked.length > 0) {
      await pool.warmUp(key, asked, hangMs);
      return;
    }
    try {
      await pool.warmUp(key, usualWarmups(inputs, maxBatchSize), Math.min(hangMs, usualWarmupMs));
    } catch (error) {
      if (!(error instanceof CtError)) throw error;
      notes.push(`not warmed up: ${error.message}`);
    }
  }

  #unload(name: string): void {
    const entry = this.#entry(name);
    const old = entry.served;
    Object.assign(entry, { served: [], fingerprint: '', state: 'UNAVAILABLE', reason: 'unloaded' });
    this.#options.log.info({ model: name }, 'model unloaded');
    this.#retire(old);
  }

  /** Frees models that get no new requests, once the last request that holds them has ended. */
  #retire(models: readonly RepositoryModel[]): void {
    for (const { key } of models) {
      const done = this.#free(key).finally(() => this.#retiring.delete(done));
      this.#retiring.add(done);
    }
  }

  async #free(key: string): Promise<void> {
    const lease = this.#leases.get(key);
    if (lease) await new Promise<void>((resolve) => (lease.released = resolve));
    await this.#options.pool.unload(key);
    this.#options.scheduler.forget(key);
  }

  #report(name: string, error: unknown): void {
    const entry = this.#entry(name);
    entry.state = entry.served.length > 0 ? 'READY' : 'UNAVAILABLE';
    const reason = error instanceof CtError ? error.message : 'The model could not be loaded';
    // Polling retries a broken model; it is news only once.
    if (entry.reason === reason) return;
    entry.reason = reason;
    this.#options.log.error({ err: error, model: name }, 'model not loaded');
  }

  #entry(name: string): Entry {
    const found = this.#entries.get(name);
    if (found) return found;
    const entry: Entry = { served: [], fingerprint: '', state: 'UNAVAILABLE', reason: '' };
    this.#entries.set(name, entry);
    return entry;
  }

  #statisticsOf(name: string, version: string): ModelStatistics {
    const key = `${name}/${version}`;
    const statistics = this.#statistics.get(key) ?? new ModelStatistics();
    this.#statistics.set(key, statistics);
    return statistics;
  }
}
