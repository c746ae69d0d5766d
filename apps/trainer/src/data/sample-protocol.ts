import type { DatasetSample } from '@groundglass/core';
import type { Example, ExampleOptions } from './batch.js';
import type { LoadOptions } from './load-sample.js';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly samples: readonly DatasetSample[];
  readonly load: LoadOptions;
  readonly example: ExampleOptions;
  /** Decoded pictures that the worker may keep, in bytes. */
  readonly cacheBytes: number;
}

/** A request for one example. */
export interface ExampleRequest {
  readonly id: number;
  readonly epoch: number;
  readonly index: number;
}

/** The answer; buffers are transferred. */
export type ExampleAnswer =
  | { readonly id: number; readonly example: Example }
  | { readonly id: number; readonly error: { code: string; message: string } };
