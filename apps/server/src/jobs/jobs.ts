import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Job } from '@groundglass/client';
import { CtError, type ResultRow, type ResultsHeader } from '@groundglass/core';
import type { Logger } from 'pino';
import { z } from 'zod';
import { toErrorAnswer } from '../errors/error-answer.js';
import { OverloadedError } from '../errors/overloaded-error.js';
import type { UploadedFile } from '../imaging-worker/codec-calls.js';
import { type CtModel } from '../predictions/ct-model.js';
import { predictQuerySchema, type PredictQuery } from '../predictions/predict-query.js';
import type { Predictor } from '../predictions/predictor.js';
import type { ByteRef } from '../tensors/tensor.js';
import { FolderLock } from '../processes/folder-lock.js';
import { jobRecordSchema, type JobRecord } from './job.js';
import { listCtFiles, pixelFilesOf } from './list-ct-files.js';
import { ResultsJournal, readJournal } from './results-journal.js';
import { makeFolder } from '@groundglass/dataset/disk';

interface JobsOptions {
  readonly dir: string;
  readonly predictor: Predictor;
  readonly log: Logger;
  /** Files of one job that are scored at a time. */
  readonly lanes: number;
  /** Days after which an ended job is removed. */
  readonly keepDays: number;
}

interface Entry {
  record: JobRecord;
  done: number;
  failed: number;
  controller: AbortController;
  readonly listeners: Set<(status: Job) => void>;
}

/**
 * Scores studies in the background, one job at a time. Everything is on disk: a job's request in `job.json`, its results in a
 * results file that grows by one row a file. So a killed server resumes where it was, and every file gets one row.
 */
export class Jobs {
  readonly #entries = new Map<string, Entry>();
  #lock: FolderLock | undefined;
  #working: Promise<void> | undefined;
  #stopping = false;
  /** Whether the jobs of an earlier run are known: until then an unknown id may still be one of them. */
  #opened = false;
  readonly #options: JobsOptions;

  constructor(options: JobsOptions) {
    this.#options = options;
  }

  /** Reads the jobs of an earlier run and resumes those that had not ended. Without the folder there are no jobs. */
  async start(): Promise<void> {
    await this.#open();
    this.#opened = true;
    this.#work();
  }

  async #open(): Promise<void> {
    const { dir, log, keepDays } = this.#options;
    try {
      await makeFolder(dir, 0o700);
      this.#lock = await FolderLock.take(join(dir, 'lock'));
    } catch (error) {
      log.warn({ err: error }, 'the jobs folder is not writable: jobs are disabled');
      return;
    }
    if (!this.#lock) {
      log.warn(
        'another server uses the jobs folder: jobs are disabled here, unless --jobs-dir names another folder',
      );
      return;
    }
    for (const id of await readdir(dir)) {
      if (await this.#isHalfReceived(id)) {
        await rm(join(dir, id), { recursive: true, force: true });
        continue;
      }
      const record = await this.#readRecord(id);
      if (!record) continue;
      // A server that was killed right at the end of a job has not removed them.
      if (record.uploaded && isEnded(record.state)) {
        await rm(record.folder, { recursive: true, force: true });
      }
      const age = Date.now() - Date.parse(record.created);
      if (isEnded(record.state) && age > keepDays * 86_400_000) {
        await rm(join(dir, id), { recursive: true, force: true });
        continue;
      }
      const { rows } = await readJournal(this.#results(id)).catch(() => ({ rows: [] }));
      this.#entries.set(id, entryOf(record, rows));
    }
  }

  /** The newest first. @throws {CtError} `CT_OVERLOADED` while the server starts, like every call here. */
  get list(): Job[] {
    this.#refuseWhileOpening();
    return [...this.#entries.values()]
      .map(statusOf)
      .sort((a, b) => (a.created < b.created ? 1 : -1));
  }

  /** @throws {CtError} `CT_NOT_FOUND`. */
  status(id: string): Job {
    return statusOf(this.#get(id));
  }

  /**
   * Adds a job for the CT files of a folder.
   *
   * @param query as received; checked here, like the model that it names.
   * @throws {CtError} `CT_BAD_REQUEST` for a folder without CT files, and errors of the query or the model.
   */
  async addFolder(folder: string, query: Record<string, string>): Promise<Job> {
    this.#check(query);
    const { paths, leftOut } = await listCtFiles(folder);
    if (paths.length === 0) {
      throw new CtError('CT_BAD_REQUEST', 'Expected a folder with CT files, found none in it');
    }
    return this.#add({ id: randomUUID(), folder, uploaded: false, paths, leftOut, query });
  }

  /**
   * Adds a job for uploaded files, which it takes into its own folder.
   *
   * @throws {CtError} as {@link addFolder}.
   */
  async addUpload(
    files: readonly { readonly name: string | undefined; readonly data: ByteRef }[],
    query: Record<string, string>,
  ): Promise<Job> {
    this.#check(query);
    const id = randomUUID();
    const folder = join(this.#options.dir, id, 'files');
    await makeFolder(folder, 0o700);
    try {
      const taken = new Set<string>();
      for (const { name, data } of files) {
        const path = join(folder, freeName(name ?? 'upload', taken));
        if (data instanceof Uint8Array) await writeFile(path, data, { mode: 0o600, flag: 'wx' });
        else
          await pipeline(
            createReadStream(data.path),
            createWriteStream(path, { flags: 'wx', mode: 0o600 }),
          );
      }
      const { paths, leftOut } = await listCtFiles(folder);
      if (paths.length === 0) throw new CtError('CT_BAD_REQUEST', 'Expected CT files, got none');
      return await this.#add({ id, folder, uploaded: true, paths, leftOut, query });
    } catch (error) {
      await rm(join(this.#options.dir, id), { recursive: true, force: true });
      throw error;
    }
  }

  /** Stops a job and keeps its rows; one that has ended stays as it is. @throws {CtError} `CT_NOT_FOUND`. */
  async cancel(id: string): Promise<Job> {
    const entry = this.#get(id);
    if (!isEnded(entry.record.state)) {
      await this.#setState(entry, 'cancelled');
      entry.controller.abort();
    }
    return statusOf(entry);
  }

  /** Stops a job, or removes one that has ended, with its results. @throws {CtError} `CT_NOT_FOUND`. */
  async end(id: string): Promise<Job> {
    const entry = this.#get(id);
    if (!isEnded(entry.record.state)) return this.cancel(id);
    this.#entries.delete(id);
    await rm(join(this.#options.dir, id), { recursive: true, force: true });
    return statusOf(entry);
  }

  /** The rows so far. @throws {CtError} `CT_NOT_FOUND`. */
  async results(id: string): Promise<{ header: ResultsHeader | undefined; rows: ResultRow[] }> {
    this.#get(id);
    return readJournal(this.#results(id));
  }

  /** Calls back now and on every change. @returns a function that ends this. @throws {CtError} `CT_NOT_FOUND`. */
  watch(id: string, listener: (status: Job) => void): () => void {
    const entry = this.#get(id);
    entry.listeners.add(listener);
    listener(statusOf(entry));
    return () => entry.listeners.delete(listener);
  }

  /** Stops work; unfinished jobs resume at the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { controller } of this.#entries.values()) controller.abort();
    await this.#working;
    await this.#lock?.release();
  }

  #refuseWhileOpening(): void {
    if (!this.#opened)
      throw new OverloadedError('The server is starting: its jobs are not loaded yet', 1);
  }

  #check(query: Record<string, string>): void {
    this.#refuseWhileOpening();
    if (!this.#lock) {
      throw new CtError(
        'CT_FORBIDDEN',
        'Expected a server with its own jobs folder: its log says why it has none',
      );
    }
    this.#options.predictor.checkModel(parseQuery(query));
  }

  async #add(given: Omit<JobRecord, 'created' | 'state'>): Promise<Job> {
    const record: JobRecord = { ...given, created: new Date().toISOString(), state: 'waiting' };
    const entry = entryOf(record, []);
    await makeFolder(join(this.#options.dir, record.id), 0o700);
    await this.#save(record);
    this.#entries.set(record.id, entry);
    this.#work();
    return statusOf(entry);
  }

  #work(): void {
    if (this.#working || this.#stopping) return;
    const next = [...this.#entries.values()]
      .filter(({ record }) => !isEnded(record.state))
      .sort((a, b) => (a.record.created < b.record.created ? -1 : 1))[0];
    if (!next) return;
    this.#working = this.#run(next).finally(() => {
      this.#working = undefined;
      this.#work();
    });
  }

  async #run(entry: Entry): Promise<void> {
    const { record } = entry;
    try {
      await this.#setState(entry, 'running');
      await this.#score(entry);
      if (this.#stopping || entry.controller.signal.aborted) return;
      await this.#setState(entry, 'done');
    } catch (error) {
      if (this.#stopping || isEnded(entry.record.state)) return;
      const { code, message } = toErrorAnswer(error);
      this.#options.log.error({ err: error, job: record.id }, 'job failed');
      entry.record = { ...entry.record, error: { code, error: message } };
      await this.#setState(entry, 'failed').catch(() => undefined);
    } finally {
      if (record.uploaded && isEnded(entry.record.state)) {
        await rm(record.folder, { recursive: true, force: true });
      }
    }
  }

  async #score(entry: Entry): Promise<void> {
    const { record, controller } = entry;
    const query = parseQuery(record.query);
    const journal = await ResultsJournal.open(this.#results(record.id));
    try {
      const model = this.#options.predictor.modelOf(query);
      if (!journal.header) await journal.writeHeader(headerOf(model, query, record.created));
      else if (journal.header.model.sha256 !== model.served.sha256) {
        throw new CtError(
          'CT_MODEL_INVALID',
          'The model has changed since the job began: start a new job',
        );
      }
      const done = new Set(journal.rows.map(({ path }) => path));
      const left = record.paths.filter((path) => !done.has(path));
      const lane = async (): Promise<void> => {
        for (let path = left.shift(); path !== undefined; path = left.shift()) {
          if (controller.signal.aborted) return;
          const row = await this.#rowOf(record.folder, path, query, controller.signal);
          if (!row) return;
          await journal.append(row);
          entry.done++;
          if (row.error) entry.failed++;
          tell(entry);
        }
      };
      await Promise.all(Array.from({ length: this.#options.lanes }, lane));
    } finally {
      await journal.close();
    }
  }

  /** @returns undefined where the job was stopped meanwhile. */
  async #rowOf(
    folder: string,
    path: string,
    query: PredictQuery,
    signal: AbortSignal,
  ): Promise<ResultRow | undefined> {
    let sha256: string | null = null;
    try {
      const full = join(folder, path);
      const file = await openFile(full);
      sha256 = await hashOf(full);
      const { label, withheld, probability, lesionFraction } = await this.#predict(
        file,
        query,
        signal,
      );
      return { path, sha256, label, withheld, probability, lesionFraction };
    } catch (error) {
      if (signal.aborted) return undefined;
      const { code, message } = toErrorAnswer(error);
      const unknown = { label: null, withheld: [], probability: null, lesionFraction: null };
      return { path, sha256, ...unknown, error: { code, message } };
    }
  }

  async #predict(file: UploadedFile, query: PredictQuery, signal: AbortSignal) {
    for (let waitMs = 100; ; waitMs = Math.min(5000, waitMs * 2)) {
      try {
        const request = { file, query, signal, product: 'prediction' as const };
        return (await this.#options.predictor.predict(request)).prediction;
      } catch (error) {
        // A job can wait: other requests go first.
        if (!(error instanceof OverloadedError) || signal.aborted) throw error;
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  async #setState(entry: Entry, state: JobRecord['state']): Promise<void> {
    entry.record = { ...entry.record, state };
    await this.#save(entry.record);
    tell(entry);
  }

  async #save(record: JobRecord): Promise<void> {
    const path = join(this.#options.dir, record.id, 'job.json');
    const staged = `${path}.${randomUUID()}`;
    await writeFile(staged, JSON.stringify(record), { mode: 0o600 });
    await rename(staged, path);
  }

  /** Whether a server was killed while it received a job's files: they hold pictures of patients, and no client has the job's id. */
  async #isHalfReceived(id: string): Promise<boolean> {
    if (!z.uuid().safeParse(id).success) return false;
    const names = await readdir(join(this.#options.dir, id)).catch(() => undefined);
    return names !== undefined && !names.includes('job.json');
  }

  async #readRecord(id: string): Promise<JobRecord | undefined> {
    const text = await readFile(join(this.#options.dir, id, 'job.json'), 'utf8').catch(
      () => undefined,
    );
    if (text === undefined) return undefined;
    try {
      return jobRecordSchema.parse(JSON.parse(text));
    } catch (error) {
      this.#options.log.warn({ err: error, job: id }, 'a job cannot be read and is left alone');
      return undefined;
    }
  }

  #get(id: string): Entry {
    this.#refuseWhileOpening();
    const entry = this.#entries.get(id);
    if (entry) return entry;
    throw new CtError('CT_NOT_FOUND', 'There is no job with this id');
  }

  #results(id: string): string {
    return join(this.#options.dir, id, 'results.predictions.jsonl');
  }
}

function parseQuery(query: Record<string, string>): PredictQuery {
  // Results have no masks, and a job lets others go first.
  return predictQuerySchema.parse({ ...query, mask: '0', priority: 'background' });
}

function headerOf({ served, rule }: CtModel, query: PredictQuery, time: string): ResultsHeader {
  const { name, version, sha256 } = served;
  const [, positive] = rule.labels;
  return {
    format: 'groundglass-predictions',
    version: 1,
    model: { name, version, sha256 },
    labels: [...rule.labels],
    positive,
    threshold: query.threshold ?? rule.threshold,
    manifest: null,
    time,
  };
}

async function openFile(path: string): Promise<UploadedFile> {
  const refOf = async (at: string): Promise<ByteRef> => {
    const { size } = await stat(at).catch((cause: unknown) => {
      throw new CtError('CT_READ_FAILED', 'Expected a file that can be read', { cause });
    });
    return { path: at, offset: 0, length: size };
  };
  const data = await refOf(path);
  const companions: { name: string; data: ByteRef }[] = [];
  for (const name of await pixelFilesOf(path)) {
    const beside = join(dirname(path), name);
    const found = await stat(beside).catch(() => undefined);
    if (found?.isFile()) companions.push({ name, data: await refOf(beside) });
  }
  return { data, name: basename(path), companions };
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function entryOf(record: JobRecord, rows: readonly ResultRow[]): Entry {
  const failed = rows.filter(({ error }) => error !== undefined).length;
  return {
    record,
    done: rows.length,
    failed,
    controller: new AbortController(),
    listeners: new Set(),
  };
}

function statusOf({ record, done, failed }: Entry): Job {
  const { id, state, created, leftOut, paths, error } = record;
  return {
    id,
    state,
    done,
    failed,
    total: paths.length,
    leftOut,
    created,
    ...(error ? { error } : {}),
  };
}

function tell(entry: Entry): void {
  for (const listener of entry.listeners) listener(statusOf(entry));
}

const isEnded = (state: JobRecord['state']): boolean => state !== 'waiting' && state !== 'running';

/** A unique name for each uploaded file: forms may repeat a name, and contain folder names. */
function freeName(name: string, taken: Set<string>): string {
  const plain =
    name
      .replace(/[\\/\0]/g, '_')
      .replace(/^\.+/, '_')
      .slice(-200) || 'upload';
  for (let n = 1; ; n++) {
    const free = n === 1 ? plain : plain.replace(/(\.[^.]*(?:\.gz)?)?$/, ` (${n})$1`);
    if (taken.has(free)) continue;
    taken.add(free);
    return free;
  }
}
