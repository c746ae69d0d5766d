import { CtError } from '@groundglass/core';
import type { Logger } from 'pino';
import { ChildFault } from '../processes/calls.js';
import { ChildExited } from '../processes/child-peer.js';
import { OverloadedError } from '../errors/overloaded-error.js';
import { statuses } from '../errors/statuses.js';
import { rowsOf, type ServedModel } from './served-model.js';
import type { InferencePool } from './inference-pool.js';
import type { InferenceSlot } from './inference-slot.js';
import { discardRef } from '../tensors/byte-ref.js';
import { joinedRows, JobQueue, type Job } from './job-queue.js';
import { ServiceTimes } from './service-times.js';
import type { Tensor } from '../tensors/tensor.js';

export interface InferenceRequest {
  readonly model: ServedModel;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[];
  /** 1 is served first; larger numbers later. */
  readonly priority: number;
  /** Deadline of the answer, as `performance.now()`. */
  readonly deadline: number;
  readonly signal?: AbortSignal | undefined;
}

export interface InferenceAnswer {
  /** In the requested order. The caller removes those that are files: {@link discardRef}. */
  readonly outputs: readonly Tensor[];
  readonly queueMs: number;
  readonly inferMs: number;
}

/** What the scheduler reports for metrics. */
export interface SchedulerEvents {
  batch(model: ServedModel, rows: number, seconds: number): void;
  queue(length: number): void;
}

interface SchedulerOptions {
  readonly pool: InferencePool;
  readonly queueSize: number;
  /** A run longer than this counts as hanging, and its process is replaced. */
  readonly hangMs: number;
  /** Folder for results too large for a message. */
  readonly spoolDir: string;
  readonly log: Logger;
  readonly events: SchedulerEvents;
}

/**
 * Processes that a request may lose before it is answered with an error. From the second on it runs alone, so that a request that
 * causes the crashes fails no other; and five in a row are hardly bad luck.
 */
const attempts = 5;

/**
 * How much slower than recently the processes may become with deadlines still met: under load, reading and refusing requests takes
 * processor time. At five times the capacity of two cores, runs took half as long again.
 */
const slowdown = 2;

/**
 * The queue in front of the processes. A request that finds a free process starts at once; while all are busy requests
 * wait, and the next free process takes as many of equal shape as the model's batch allows. So batches grow with load
 * and no request ever waits for a batch to fill.
 *
 * Every request is answered once: when a process dies its requests run again, alone, since one of them may be the cause.
 */
export class Scheduler {
  readonly #queue: JobQueue;
  readonly #times = new ServiceTimes();
  readonly #running = new Set<Job>();
  #changed: (() => void)[] = [];
  readonly #options: SchedulerOptions;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#queue = new JobQueue(options.queueSize);
  }

  get queued(): number {
    return this.#queue.length;
  }

  /**
   * @throws {CtError} `CT_OVERLOADED` when the queue is full or the deadline cannot be met, `CT_TIMEOUT` when it passed,
   * `CT_CANCELLED` when the signal fired, `CT_INFERENCE_FAILED` when the model failed.
   */
  submit(request: InferenceRequest): Promise<InferenceAnswer> {
    return new Promise((resolve, reject) => {
      if (request.signal?.aborted) throw cancelled();
      const rows = rowsOf(request.model, request.inputs);
      this.#admit(request, rows);
      const submitted = performance.now();
      const job: Job = {
        request,
        rows,
        submitted,
        attempts: 0,
        alone: false,
        settled: false,
        settle: (outcome) => {
          if (job.settled) return;
          job.settled = true;
          clearTimeout(timer);
          request.signal?.removeEventListener('abort', onAbort);
          this.#queue.remove(job);
          const { statistics } = request.model;
          const totalNs = (performance.now() - submitted) * 1e6;
          if (outcome instanceof Error) {
            statistics.failed(totalNs);
            reject(outcome);
          } else {
            statistics.succeeded(totalNs, outcome.queueMs * 1e6);
            resolve(outcome);
          }
          this.#options.events.queue(this.#queue.length);
          this.#tellChanged();
        },
      };
      const onAbort = (): void => {
        job.settle(cancelled());
      };
      request.signal?.addEventListener('abort', onAbort, { once: true });
      const timer = setTimeout(
        () => {
          job.settle(new CtError('CT_TIMEOUT', 'Expected an answer within the timeout'));
        },
        Math.max(0, request.deadline - submitted),
      );
      this.#queue.add(job);
      this.#options.events.queue(this.#queue.length);
      this.pump();
    });
  }

  /** Gives free processes work. Called whenever a process may be free, or a model was loaded or unloaded. */
  pump(): void {
    for (const slot of this.#options.pool.slots) {
      const batch = this.#queue.take((key) => slot.canRun(key));
      if (batch.length > 0) void this.#run(slot, batch);
    }
    this.#queue.removeWhere(
      (key) => !this.#options.pool.mayRun(key),
      () => new CtError('CT_INFERENCE_FAILED', 'The model could not be reloaded after a crash'),
    );
    this.#tellChanged();
  }

  get idle(): boolean {
    return this.#queue.length === 0 && this.#running.size === 0;
  }

  /** Settles when everything that was accepted has been answered. */
  async drain(): Promise<void> {
    while (!this.idle) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  /** Answers everything that still waits or runs as cancelled; for a server that must stop now. */
  abandon(): void {
    const error = (): CtError => new CtError('CT_CANCELLED', 'The server is stopping');
    this.#queue.removeWhere(() => true, error);
    for (const job of this.#running) job.settle(error());
  }

  /** Forgets how long a model took, once it is unloaded. */
  forget(key: string): void {
    this.#times.forget(key);
  }

  #tellChanged(): void {
    for (const wake of this.#changed.splice(0)) wake();
  }

  #admit(request: InferenceRequest, rows: number): void {
    const { model, priority, deadline } = request;
    const upSlots = this.#options.pool.slots.filter((slot) => slot.up).length;
    const running = [...this.#running].reduce((sum, job) => sum + this.#costMs(job), 0);
    const queued = this.#queue.sum((job) =>
      job.request.priority <= priority ? this.#costMs(job) : 0,
    );
    const waitMs = (running + queued) / Math.max(1, upSlots);
    const ownMs = this.#times.rowMs(model.key);
    // A request ends with its batch, which may be full by then.
    const batchMs =
      ownMs * Math.max(rows, Math.min(joinedRows(request, rows), this.#queue.length + 1));
    const retryAfterS = Math.max(1, Math.ceil(waitMs / 1000));
    if (this.#queue.full) {
      throw overloaded(`The queue of ${this.#queue.capacity} requests is full`, retryAfterS);
    }
    const leftMs = deadline - performance.now();
    const answerMs = (waitMs + batchMs) * slowdown;
    if (waitMs > 0 && answerMs > leftMs) {
      throw overloaded(
        `The answer may take ${Math.ceil(answerMs / 1000)} s, the timeout is ${(leftMs / 1000).toFixed(1)} s`,
        retryAfterS,
      );
    }
  }

  #costMs(job: Job): number {
    return this.#times.rowMs(job.request.model.key) * job.rows;
  }

  async #run(slot: InferenceSlot, batch: readonly Job[]): Promise<void> {
    const started = performance.now();
    for (const job of batch) {
      job.attempts++;
      this.#running.add(job);
    }
    const { model } = batch[0]!.request;
    const outputs = [...new Set(batch.flatMap((job) => job.request.outputs))];
    // Waiting requests either could not start here or come next: in both cases this run will not be the only one.
    const alone = this.#queue.length === 0 && this.#options.pool.othersIdle(slot);
    let hung = false;
    const watchdog = setTimeout(() => {
      hung = true;
      slot.replace();
    }, this.#options.hangMs);
    try {
      const result = await slot.exclusive((peer) =>
        peer.call('run', {
          key: model.key,
          items: batch.map((job) => job.request.inputs),
          outputs,
          alone,
          spoolDir: this.#options.spoolDir,
        }),
      );
      const rows = batch.reduce((sum, job) => sum + job.rows, 0);
      const inferMs = result.inferNs / 1e6;
      this.#times.record(model.key, performance.now() - started, rows);
      model.statistics.executed(rows, result);
      this.#options.events.batch(model, rows, inferMs / 1000);
      for (const [index, job] of batch.entries()) {
        const wanted = job.settled ? [] : job.request.outputs;
        const results = result.items[index]!;
        job.settle({
          outputs: wanted.map((name) => results.find((output) => output.name === name)!),
          queueMs: started - job.submitted,
          inferMs,
        });
        for (const { name, data } of results) if (!wanted.includes(name)) discardRef(data);
      }
    } catch (error) {
      for (const job of batch) this.#failOrRetry(job, error, batch.length, hung);
    } finally {
      clearTimeout(watchdog);
      for (const job of batch) this.#running.delete(job);
      this.pump();
    }
  }

  #failOrRetry(job: Job, error: unknown, batchSize: number, hung: boolean): void {
    const retry = error instanceof ChildExited ? !hung && job.attempts < attempts : batchSize > 1;
    if (job.settled) return;
    if (retry) {
      job.alone = true;
      this.#queue.putBack(job);
      return;
    }
    if (error instanceof CtError && statuses[error.code] < 500) {
      job.settle(error);
      return;
    }
    const empty = job.request.inputs.find(({ shape }) => shape.includes(0));
    if (empty && error instanceof ChildFault) {
      // Some models take tensors without elements, most fail on them.
      const got = `"${empty.name}" of [${empty.shape.join(', ')}]`;
      job.settle(new CtError('CT_BAD_REQUEST', `Expected sizes from 1 for this model, got ${got}`));
      return;
    }
    this.#options.log.error({ err: error, model: job.request.model.name }, 'inference failed');
    job.settle(
      hung
        ? new CtError('CT_TIMEOUT', 'Expected the model to answer, it hung and was restarted')
        : new CtError('CT_INFERENCE_FAILED', 'Expected the model to answer, it failed'),
    );
  }
}

const overloaded = (message: string, retryAfterS: number): OverloadedError =>
  new OverloadedError(message, retryAfterS);
const cancelled = (): CtError => new CtError('CT_CANCELLED', 'The client disconnected');
