import type { CtError } from '@groundglass/core';
import type { InferenceAnswer, InferenceRequest } from './scheduler.js';

/**
 * Input bytes up to which requests share a batch: two slices of 512×512 floats. A row takes a core as long in a batch as alone, and
 * larger batches leave the cache between the operations of a network: eight slices at a time were a quarter slower than two.
 */
const joinedBytes = 2 << 20;

/** A waiting or running request. */
export interface Job {
  readonly request: InferenceRequest;
  /** Rows that it adds to a batch. */
  readonly rows: number;
  /** Arrival time, as `performance.now()`. */
  readonly submitted: number;
  /** How often it was given to a process. */
  attempts: number;
  /** Must not share a batch: it was in one that failed. */
  alone: boolean;
  settled: boolean;
  /** Answers it, once; later calls do nothing. */
  settle(outcome: InferenceAnswer | Error): void;
}

/** Waiting requests by priority, then by arrival; bounded. */
export class JobQueue {
  readonly #jobs: Job[] = [];

  constructor(readonly capacity: number) {}

  get length(): number {
    return this.#jobs.length;
  }

  get full(): boolean {
    return this.#jobs.length >= this.capacity;
  }

  add(job: Job): void {
    const { priority } = job.request;
    const behind = this.#jobs.findIndex((other) => other.request.priority > priority);
    this.#jobs.splice(behind === -1 ? this.#jobs.length : behind, 0, job);
  }

  /** Puts a job back at the front of its priority. */
  putBack(job: Job): void {
    const { priority } = job.request;
    const behind = this.#jobs.findIndex((other) => other.request.priority >= priority);
    this.#jobs.splice(behind === -1 ? this.#jobs.length : behind, 0, job);
  }

  remove(job: Job): void {
    const index = this.#jobs.indexOf(job);
    if (index !== -1) this.#jobs.splice(index, 1);
  }

  /** Takes the first job whose model can run, and those that fit into one batch with it, in order. */
  take(canRun: (key: string) => boolean): Job[] {
    const first = this.#jobs.find((job) => canRun(job.request.model.key));
    if (!first) return [];
    const batch = [first];
    let rows = first.rows;
    const mostRows = joinedRows(first.request, first.rows);
    if (!first.alone) {
      for (const job of this.#jobs) {
        if (rows >= mostRows) break;
        if (job === first || job.alone || rows + job.rows > mostRows) continue;
        if (!sameShapes(first.request, job.request)) continue;
        batch.push(job);
        rows += job.rows;
      }
    }
    for (const job of batch) this.remove(job);
    return batch;
  }

  /** Fails the jobs whose model matches. */
  removeWhere(matches: (key: string) => boolean, error: () => CtError): void {
    for (const job of this.#jobs.filter(({ request }) => matches(request.model.key))) {
      job.settle(error());
    }
  }

  sum(value: (job: Job) => number): number {
    return this.#jobs.reduce((sum, job) => sum + value(job), 0);
  }
}

/** Rows up to which others may join a batch. */
export function joinedRows({ model, inputs }: InferenceRequest, rows: number): number {
  const bytes = inputs.reduce((sum, { data }) => sum + data.length, 0);
  return Math.min(model.maxBatchSize, Math.floor((joinedBytes * rows) / Math.max(1, bytes)));
}

/** Same model, and inputs in the same order with shapes that differ in the first dimension at most. */
function sameShapes(a: InferenceRequest, b: InferenceRequest): boolean {
  return (
    a.model.key === b.model.key &&
    a.inputs.every((input, index) => {
      const other = b.inputs[index];
      return (
        other?.name === input.name &&
        other.shape.length === input.shape.length &&
        input.shape.every((size, axis) => axis === 0 || other.shape[axis] === size)
      );
    })
  );
}
