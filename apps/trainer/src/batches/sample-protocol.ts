import type { TargetSample } from '@groundglass/dataset';
import type { Example, ExampleOptions } from './batch.js';
import type { LoadOptions } from './load-sample.js';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly samples: readonly TargetSample[];
  readonly load: LoadOptions;
  readonly example: ExampleOptions;
  /** Decoded pictures that the worker may keep, in bytes. */
  readonly cacheBytes: number;
}

/** What a worker is asked: for one example, or to finish what it has begun and end. */
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
