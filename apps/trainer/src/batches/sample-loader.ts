import { CtError, type ErrorCode } from '@groundglass/core';
import { Worker } from 'node:worker_threads';
import { stackExamples, type Batch, type Example } from './batch.js';
import { drawSamples } from './draw-samples.js';
import { ExampleMaker } from './example-maker.js';
import { mixExamples } from './mix-examples.js';
import { SeededRandom } from '@groundglass/core';
import type { ExampleAnswer, WorkerRequest, WorkerSetup } from './sample-protocol.js';

/** How the loader distributes its work. */
export interface LoaderOptions extends WorkerSetup {
  readonly batchSize: number;
  /** Share of each source's samples in an epoch, by the source's name; 1 for unnamed ones. */
  readonly sampling?: Readonly<Record<string, number>>;
  /** Worker threads; 0 decodes in the caller's thread. */
  readonly workers: number;
  /** Number of batches prepared in advance. */
  readonly prefetch: number;
}

/** The order of an epoch. */
export interface EpochOrder {
  readonly epoch: number;
  readonly shuffle: boolean;
  /** Drops an incomplete last batch: training graphs have a fixed batch size. */
  readonly dropLast: boolean;
}

/**
 * Makes batches in worker threads while the engine computes. A sample that cannot be decoded ends the epoch with its error:
 * a run on fewer samples than the manifest names would not be the requested one.
 */
export class SampleLoader {
  readonly #workers: WorkerHandle[];
  readonly #local: ExampleMaker | undefined;
  /** Milliseconds that callers waited for a batch since the last call of {@link takeWaited}. */
  #waited = 0;
  readonly #options: LoaderOptions;

  constructor(options: LoaderOptions) {
    this.#options = options;
    const { workers, cacheBytes } = options;
    this.#workers = Array.from(
      { length: workers },
      () => new WorkerHandle({ ...options, cacheBytes: cacheBytes / workers }),
    );
    this.#local = workers === 0 ? new ExampleMaker(options) : undefined;
  }

  /** The batches of one epoch, in an order that depends only on (seed, epoch). */
  async *epoch({ epoch, shuffle, dropLast }: EpochOrder): AsyncGenerator<Batch> {
    const { samples, batchSize, sampling = {}, prefetch, example } = this.#options;
    const indices = drawSamples(
      samples,
      sampling,
      new SeededRandom(example.seed, epoch, 0x2545f491),
    );
    const order = shuffle
      ? new SeededRandom(example.seed, epoch, 0x5bd1e995).shuffled(indices)
      : indices;
    const batches: number[][] = [];
    for (let start = 0; start < order.length; start += batchSize) {
      const batch = order.slice(start, start + batchSize);
      if (batch.length === batchSize || !dropLast) batches.push(batch);
    }
    const pending: Promise<readonly Example[]>[] = [];
    let next = 0;
    const fill = () => {
      while (pending.length <= prefetch && next < batches.length) {
        const number = next++;
        const examples = Promise.all(
          (batches[number] ?? []).map((index) => this.#make(epoch, index)),
        ).then((made) =>
          mixExamples(
            made,
            example.augmentation.mixup,
            new SeededRandom(example.seed, epoch, ~number),
          ),
        );
        // The error is thrown where the batch is awaited; until then it must not count as unhandled.
        examples.catch(() => undefined);
        pending.push(examples);
      }
    };
    fill();
    while (pending.length > 0) {
      const started = performance.now();
      const examples = await pending.shift()!;
      this.#waited += performance.now() - started;
      fill();
      yield stackExamples(examples, example.size);
    }
  }

  /** Milliseconds spent waiting for batches since the last call. */
  takeWaited(): number {
    const waited = this.#waited;
    this.#waited = 0;
    return waited;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.close()));
  }

  #make(epoch: number, index: number): Promise<Example> {
    // A sample always goes to the same worker, which has it decoded.
    const sample = index % this.#options.samples.length;
    const worker = this.#workers[sample % Math.max(1, this.#workers.length)];
    if (worker) return worker.ask(epoch, index);
    return this.#local!.make(epoch, index);
  }
}

class WorkerHandle {
  readonly #worker: Worker;
  readonly #open = new Map<
    number,
    { resolve: (example: Example) => void; reject: (error: Error) => void }
  >();
  #nextId = 0;
  readonly #ended: Promise<void>;
  #dead: Error | undefined;

  constructor(setup: WorkerSetup) {
    const { samples, load, example, cacheBytes } = setup;
    this.#worker = new Worker(new URL('./sample-worker.js', import.meta.url), {
      workerData: { samples, load, example, cacheBytes } satisfies WorkerSetup,
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        resolve();
      });
    });
    this.#worker.on('message', (answer: ExampleAnswer) => {
      const waiting = this.#open.get(answer.id);
      this.#open.delete(answer.id);
      if ('example' in answer) waiting?.resolve(answer.example);
      else waiting?.reject(new CtError(answer.error.code as ErrorCode, answer.error.message));
    });
    this.#worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.on('exit', (code) => {
      this.#fail(new CtError('CT_INTERNAL', `A decoding worker ended with exit code ${code}`));
    });
  }

  ask(epoch: number, index: number): Promise<Example> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#open.set(id, { resolve, reject });
      this.#worker.postMessage({ type: 'example', id, epoch, index } satisfies WorkerRequest);
    });
  }

  /** Lets the worker exit: terminating a thread inside a native decoder aborts the whole process. */
  async close(): Promise<void> {
    this.#fail(new CtError('CT_CANCELLED', 'The loader was closed'));
    this.#worker.postMessage({ type: 'close' } satisfies WorkerRequest);
    await this.#ended;
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
