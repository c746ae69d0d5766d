import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { InferencePool } from '../inference/inference-pool.js';
import { Scheduler } from '../inference/scheduler.js';
import { ModelRepository, type IndexEntry } from './model-repository.js';

interface CheckOptions {
  readonly models: string;
  readonly json: boolean;
  readonly print?: (line: string) => void;
}

/** Longest run of a warm-up. */
const hangMs = 120_000;

/**
 * Loads every model of a folder as the server would, one after another in one process, and prints what would be served and why
 * something would not. Nothing listens and no cache is written.
 *
 * @returns whether every model can be served, and there is one.
 * @throws {CtError} `CT_MODEL_NOT_FOUND` when the folder cannot be read.
 */
export async function checkModels(options: CheckOptions): Promise<boolean> {
  const { models, json, print = console.log } = options;
  const spoolDir = await mkdtemp(join(tmpdir(), 'groundglass-check-'));
  const log = pino({ level: 'silent' });
  const pool = new InferencePool({
    share: { processes: 1, threads: 1, threadsAlone: 1, spinning: false },
    cacheDir: undefined,
    lowMemory: true,
    log,
    onChange: () => undefined,
    onCrash: () => undefined,
  });
  const events = { batch: () => undefined, queue: () => undefined };
  const scheduler = new Scheduler({ pool, queueSize: 1, hangMs, spoolDir, log, events });
  const precision = 'auto';
  const common = { pool, scheduler, log, hangMs, precision } as const;
  const repository = new ModelRepository({ root: models, ...common });
  try {
    await repository.loadAll();
    const index = repository.index();
    for (const entry of index) print(json ? JSON.stringify(entry) : sentence(entry));
    if (index.length === 0) print('There is no model in this folder');
    return index.length > 0 && index.every(({ state }) => state === 'READY');
  } finally {
    await repository.close();
    await pool.close();
    await rm(spoolDir, { recursive: true, force: true });
  }
}

function sentence({ name, version, state, reason }: IndexEntry): string {
  const title = version === '' ? name : `${name} ${version}`;
  if (state !== 'READY') return `${title}: cannot be served. ${reason}`;
  return `${title}: can be served${reason === '' ? '' : `; ${reason}`}`;
}
