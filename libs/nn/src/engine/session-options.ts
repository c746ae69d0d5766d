import { env, type InferenceSession } from './onnx-runtime.js';

/** Execution providers of ONNX Runtime that are used here. */
export const providers = ['cpu', 'cuda', 'webgpu'] as const;
export type Provider = (typeof providers)[number];

/** How ONNX Runtime runs. */
export interface SessionOptions {
  readonly providers?: readonly Provider[];
  /** Threads of an op; all cores unless given. */
  readonly threads?: number;
}

// What goes wrong comes as an exception with the same words; a log line before it is noise in a terminal.
env.logLevel = 'fatal';

/** ONNX Runtime's options of ours. */
export function sessionOptions({
  providers: wanted = ['cpu'],
  threads,
}: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [...wanted],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 4,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
  };
}
