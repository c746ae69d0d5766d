import type { OipTensorSpec } from '@groundglass/client';
/** Times of one batch, in nanoseconds. */
export interface BatchTimes {
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

/** What inference reports about a model's requests and batches. */
export interface RunStatistics {
  succeeded(totalNs: number, queueNs: number): void;
  failed(totalNs: number): void;
  executed(rows: number, times: BatchTimes): void;
}

/** What inference needs to know of a loaded model; the repository knows more. */
export interface ServedModel {
  /** Names this load in the children; never used twice. */
  readonly key: string;
  readonly name: string;
  /** Rows that may run together; 0 where the model takes no batches. */
  readonly maxBatchSize: number;
  readonly statistics: RunStatistics;
}

/** Rows of the batch that a request with these inputs takes. */
export function rowsOf(model: ServedModel, inputs: readonly OipTensorSpec[]): number {
  return model.maxBatchSize === 0 ? 1 : (inputs[0]?.shape[0] ?? 1);
}
