import { env, type InferenceSession } from './onnx-runtime.js';

/** Execution providers of ONNX Runtime that Groundglass offers. */
export const providers = ['cpu', 'cuda', 'webgpu'] as const;
export type Provider = (typeof providers)[number];

/** How ONNX Runtime runs. */
export interface SessionOptions {
  readonly providers?: readonly Provider[];
  /** Threads per op. Default: all cores. */
  readonly threads?: number;
}

// Errors are thrown with the same text; a log line before them is noise in a terminal.
env.logLevel = 'fatal';

/** Groundglass's options as ONNX Runtime takes them. */
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
