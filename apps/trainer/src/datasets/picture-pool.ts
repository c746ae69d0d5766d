import { CtError, type ErrorCode } from '@groundglass/core';
import type { PictureReader } from '@groundglass/dataset';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type {
  PictureAnswer,
  PictureMethod,
  PictureRequest,
  PictureSetup,
} from './picture-protocol.js';

/** Calls per worker: one is computed while the bytes of the other are read. */
const callsOfWorker = 2;
/** More threads than this only wait for the disk. */
const mostThreads = 16;

/**
 * A reader of a folder's pictures that decodes in worker threads. Threads start on demand, so that a dataset whose pictures are all
 * known starts none; an idle one does not keep the process alive.
 *
 * @param root absolute folder that paths are relative to.
 */
export function picturePool(
  root: string,
  threads = Math.min(mostThreads, availableParallelism()),
): PictureReader {
  const workers: PictureWorker[] = [];
  const call = (method: PictureMethod, ...args: readonly unknown[]): Promise<unknown> => {
    let worker = workers.reduce<PictureWorker | undefined>(
      (least, other) => (least === undefined || other.load < least.load ? other : least),
      undefined,
    );
    if (worker === undefined || (worker.load > 0 && workers.length < threads)) {
      worker = new PictureWorker({ root });
      workers.push(worker);
    }
    return worker.call(method, args);
  };
  return {
    atOnce: threads * callsOfWorker,
    facts: async (path, stat) => (await call('facts', path, stat)) as never,
    features: async (slice) => (await call('features', slice)) as never,
    comparedPart: async (slice) => (await call('comparedPart', slice)) as never,
    thumbnail: async (slice, side) => (await call('thumbnail', slice, side)) as never,
  };
}

class PictureWorker {
  readonly #worker: Worker;
  readonly #open = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();
  #nextId = 0;
  #dead: Error | undefined;

  constructor(setup: PictureSetup) {
    this.#worker = new Worker(new URL('./picture-worker.js', import.meta.url), {
      workerData: setup,
    });
    this.#worker.unref();
    this.#worker.on('message', (answer: PictureAnswer) => {
      const waiting = this.#open.get(answer.id);
      this.#open.delete(answer.id);
      if (this.#open.size === 0) this.#worker.unref();
      if ('error' in answer)
        waiting?.reject(new CtError(answer.error.code as ErrorCode, answer.error.message));
      else waiting?.resolve(answer.value);
    });
    this.#worker.on('error', (error) => {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
    });
    this.#worker.on('exit', (code) => {
      this.#fail(new CtError('CT_INTERNAL', `A decoding thread ended with exit code ${code}`));
    });
  }

  /** Pending calls. */
  get load(): number {
    return this.#open.size;
  }

  call(method: PictureMethod, args: readonly unknown[]): Promise<unknown> {
    if (this.#dead) return Promise.reject(this.#dead);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#open.set(id, { resolve, reject });
      // A busy thread keeps the process alive until it has answered.
      this.#worker.ref();
      this.#worker.postMessage({ id, method, args } satisfies PictureRequest);
    });
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of this.#open.values()) reject(error);
    this.#open.clear();
  }
}
