import type { BatchTimes, RunStatistics } from '../inference/served-model.js';

/** Count and total duration. */
export interface Duration {
  count: number;
  ns: number;
}

/** Names and meaning as in the statistics extension of the protocol (`GET /v2/models/{model}/stats`). */
const phases = [
  'success',
  'fail',
  'queue',
  'compute_input',
  'compute_infer',
  'compute_output',
] as const;
type Phase = (typeof phases)[number];

/** Counts what one version of a model did since the server started; a reload does not reset it. */
export class ModelStatistics implements RunStatistics {
  lastInference = 0;
  /** Rows answered. */
  inferenceCount = 0;
  /** Batches run. */
  executionCount = 0;
  readonly inferenceStats = Object.fromEntries(
    phases.map((phase) => [phase, { count: 0, ns: 0 }]),
  ) as Record<Phase, Duration>;
  readonly batchStats = new Map<number, Record<'input' | 'infer' | 'output', Duration>>();

  succeeded(totalNs: number, queueNs: number): void {
    add(this.inferenceStats.success, totalNs);
    add(this.inferenceStats.queue, queueNs);
    this.lastInference = Date.now();
  }

  failed(totalNs: number): void {
    add(this.inferenceStats.fail, totalNs);
  }

  executed(rows: number, times: BatchTimes): void {
    this.executionCount++;
    this.inferenceCount += rows;
    add(this.inferenceStats.compute_input, times.inputNs);
    add(this.inferenceStats.compute_infer, times.inferNs);
    add(this.inferenceStats.compute_output, times.outputNs);
    const batch = this.batchStats.get(rows) ?? { input: zero(), infer: zero(), output: zero() };
    this.batchStats.set(rows, batch);
    add(batch.input, times.inputNs);
    add(batch.infer, times.inferNs);
    add(batch.output, times.outputNs);
  }
}

const zero = (): Duration => ({ count: 0, ns: 0 });

function add(duration: Duration, ns: number): void {
  duration.count++;
  duration.ns += Math.round(ns);
}
