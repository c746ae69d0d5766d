import type { OipTensorSpec } from '@groundglass/client';
import type { Tensor } from '../tensors/tensor.js';

/** A model file, and how to get it ready in a child. */
export interface LoadParams {
  /** Identifies the loaded model in later calls; never reused. */
  readonly key: string;
  readonly path: string;
  /** The model's folder, which must contain external weight files. */
  readonly folder: string;
  /** SHA-256 that the file must have; undefined on first load, when any is accepted. */
  readonly sha256: string | undefined;
  /** Where optimised models are kept, or undefined for no cache. */
  readonly cacheDir: string | undefined;
  readonly threads: number;
  /** Threads of a second session for runs that have the machine to themselves; undefined for none. */
  readonly threadsAlone: number | undefined;
  readonly spinning: boolean;
  /** Whether runs keep their memory for the next one. */
  readonly arena: boolean;
}

/** A run before the model counts as ready; zeros, so that nothing depends on chance. */
export interface Warmup {
  /** By input name: shapes for the dimensions that the model leaves open. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

export interface LoadedModel {
  /** Of the model file, together with external weight files if there are any. */
  readonly sha256: string;
  readonly inputs: readonly OipTensorSpec[];
  readonly outputs: readonly OipTensorSpec[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Inputs and outputs whose rank the file leaves open; their shape here is empty. */
  readonly unknownRank: ReadonlySet<string>;
  /** Whether the optimised model came from the cache. */
  readonly fromCache: boolean;
}

export interface RunParams {
  readonly key: string;
  /** The requests of one batch: same inputs, same shapes but for the first dimension. */
  readonly items: readonly (readonly Tensor[])[];
  readonly outputs: readonly string[];
  /** Nothing else runs: all cores may be used. */
  readonly alone: boolean;
  /** Folder for results too large for a message. */
  readonly spoolDir: string;
}

export interface RunResult {
  /** For each item its outputs. */
  readonly items: readonly (readonly Tensor[])[];
  readonly inputNs: number;
  readonly inferNs: number;
  readonly outputNs: number;
}

/** What an inference child does. */
export interface InferenceCalls {
  load: { params: LoadParams; result: LoadedModel };
  /** Runs on zeros, so that the first request does not pay for lazy initialisation. */
  warmUp: {
    params: { readonly key: string; readonly warmups: readonly Warmup[] };
    result: undefined;
  };
  /** Milliseconds of each of several runs on zeros, with the session for lone requests if there is one. */
  time: {
    params: { readonly key: string; readonly warmup: Warmup; readonly runs: number };
    result: readonly number[];
  };
  unload: { params: { readonly key: string }; result: undefined };
  run: { params: RunParams; result: RunResult };
}
