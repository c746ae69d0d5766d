import type { OipDatatype } from '@groundglass/client';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { planCpuShare } from '../processes/cpu-share.js';
import type { Precision } from '../repository/load-quicker.js';
import { ModelRepository } from '../repository/model-repository.js';
import { InferencePool } from './inference-pool.js';
import { Scheduler } from './scheduler.js';
import type { Tensor } from '../tensors/tensor.js';

/** The models of `fixtures/make-models.py`. */
export const fixtureModels = join(import.meta.dirname, '../../fixtures/models');

export interface Core {
  readonly root: string;
  readonly pool: InferencePool;
  readonly scheduler: Scheduler;
  readonly repository: ModelRepository;
  /** Sizes of the batches that ran, in order. */
  readonly batches: number[];
  close(): Promise<void>;
}

/** Processes, scheduler and repository over a copy of the fixture models that the test may change. */
export async function startCore(
  options: {
    models?: string[];
    processes?: number;
    queueSize?: number;
    hangMs?: number;
    precision?: Precision;
  } = {},
): Promise<Core> {
  const root = await copyModels(options.models ?? ['lesion-rule', 'echo', 'busy']);
  const log = pino({ level: 'silent' });
  const batches: number[] = [];
  const core: { scheduler?: Scheduler } = {};
  const pool = new InferencePool({
    share: planCpuShare(2, { processes: options.processes ?? 1 }),
    cacheDir: join(root, '.cache'),
    lowMemory: false,
    log,
    onChange: () => core.scheduler?.pump(),
    onCrash: () => undefined,
  });
  const scheduler = new Scheduler({
    pool,
    queueSize: options.queueSize ?? 256,
    hangMs: options.hangMs ?? 60_000,
    spoolDir: root,
    log,
    events: { batch: (_, rows) => void batches.push(rows), queue: () => undefined },
  });
  core.scheduler = scheduler;
  const repository = new ModelRepository({
    root,
    pool,
    scheduler,
    log,
    hangMs: options.hangMs ?? 60_000,
    precision: options.precision ?? 'auto',
  });
  await repository.loadAll();
  return {
    root,
    pool,
    scheduler,
    repository,
    batches,
    close: async () => {
      await repository.close();
      await pool.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

export async function copyModels(names: readonly string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
  for (const name of names) {
    await cp(join(fixtureModels, name), join(root, name), { recursive: true });
  }
  return root;
}

export function floats(name: string, shape: readonly number[], values: ArrayLike<number>): Tensor {
  return tensor(name, 'FP32', shape, Float32Array.from(values));
}

export function longs(name: string, shape: readonly number[], values: readonly bigint[]): Tensor {
  return tensor(name, 'INT64', shape, BigInt64Array.from(values));
}

export function tensor(
  name: string,
  datatype: OipDatatype,
  shape: readonly number[],
  values: ArrayBufferView,
): Tensor {
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return { name, datatype, shape, data };
}

/** A picture of one value. */
export function grey(value: number, rows = 4, columns = 6, batch = 1): Tensor {
  const shape = [batch, 1, rows, columns];
  return floats('image', shape, new Float32Array(batch * rows * columns).fill(value));
}

/** The output of lesion-rule for a picture of one value, from the formula in make-models.py. */
export function expectedProbability(value: number): number {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  return sigmoid(8 * sigmoid(20 * value - 10) - 2);
}

export function toFloats({ data }: Tensor): number[] {
  if (!(data instanceof Uint8Array)) throw new Error('Expected bytes in memory');
  return [...new Float32Array(data.slice().buffer)];
}
