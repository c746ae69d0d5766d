import type { TargetSample } from '@groundglass/dataset';
import type { Example, ExampleOptions } from './batch.js';
import type { LoadOptions } from './load-sample.js';

/** Start data of a worker. */
export interface WorkerSetup {
  readonly samples: readonly TargetSample[];
  readonly load: LoadOptions;
  readonly example: ExampleOptions;
  /** Limit of a worker's decoded pictures, in bytes. */
  readonly cacheBytes: number;
}

/** A request to a worker: one example, or to finish its work and exit. */
export type WorkerRequest =
  | {
      readonly type: 'example';
      readonly id: number;
      readonly epoch: number;
      readonly index: number;
    }
  | { readonly type: 'close' };

/** The answer; buffers are transferred. */
export type ExampleAnswer =
  | { readonly id: number; readonly example: Example }
  | { readonly id: number; readonly error: { code: string; message: string } };
