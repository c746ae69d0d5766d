import type { OipTensorSpec } from '@groundglass/client';
import type { Tensor } from '../tensors/tensor.js';

/** A model file, and how to get it ready in a child. */
export interface LoadParams {
  /** Names the loaded model in later calls; never used again for another one. */
  readonly key: string;
  readonly path: string;
  /** The model's folder; weights in files of their own must lie in it. */
  readonly folder: string;
  /** The file must have this content; undefined on first load, when any content is taken. */
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
  /** Of the model file; where weights lie in files of their own, of all of them together. */
  readonly sha256: string;
  readonly inputs: readonly OipTensorSpec[];
  readonly outputs: readonly OipTensorSpec[];
  readonly metadata: ReadonlyMap<string, string>;
  /** Inputs and outputs whose number of dimensions the file does not say; their shape here is empty. */
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
  /** Where results too large for a message go. */
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
  /** Runs on zeros, so that the first request does not pay for what runtimes put off. */
  warmUp: {
    params: { readonly key: string; readonly warmups: readonly Warmup[] };
    result: undefined;
  };
  /** Milliseconds of each of so many runs on zeros, with the session of a lone request where there is one. */
  time: {
    params: { readonly key: string; readonly warmup: Warmup; readonly runs: number };
    result: readonly number[];
  };
  unload: { params: { readonly key: string }; result: undefined };
  run: { params: RunParams; result: RunResult };
}
