import { elementCount, oipDatatypes, type OipTensorSpec } from '@groundglass/client';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { CtError } from '@groundglass/core';
import { InferenceSession, env } from 'onnxruntime-node';
import { inspectOnnx } from './inspect-onnx.js';
import type { LoadParams, LoadedModel, Warmup } from './inference-calls.js';
import { OptimisedCache } from './optimised-cache.js';
import { datatypeOf, toOrtTensor } from '../tensors/ort-tensor.js';

export interface LoadedSession {
  /** For a run beside others, or for every run. */
  readonly session: InferenceSession;
  /** For a run that has the machine to itself. */
  readonly alone: InferenceSession | undefined;
  readonly model: LoadedModel;
}

/**
 * Reads a model once, hashes what was read, and makes its sessions of just these bytes, from the cache where it has them.
 *
 * A child that replaces a crashed one asks for a content (`sha256`): if the file has changed meanwhile, the cache still
 * has the model that is being served.
 *
 * @throws {CtError} `CT_MODEL_INVALID` when the file is no usable ONNX model or not the asked-for content.
 */
export async function loadSession(params: LoadParams): Promise<LoadedSession> {
  const cache =
    params.cacheDir === undefined
      ? undefined
      : new OptimisedCache(params.cacheDir, env.versions.node ?? env.versions.common);
  const source = await readFile(params.path).catch(() => undefined);
  const found = source && createHash('sha256').update(source).digest('hex');
  const sha256 = params.sha256 ?? found;
  if (sha256 === undefined) throw invalid('Expected a model file that can be read');
  const matching = found === sha256 ? source : undefined;
  const optimised = await cache?.read(sha256);
  if (!matching && !optimised) throw invalid('The model file has changed since it was loaded');

  const metadata = inspectOnnx(matching ?? optimised!);
  const sessions: InferenceSession[] = [];
  try {
    for (const threads of [params.threads, ...(params.threadsAlone ? [params.threadsAlone] : [])]) {
      // A lone run has nobody to wait for: its threads may wait actively for each other, or each of its many ops would wake them.
      const spinning = params.spinning || threads === params.threadsAlone;
      const options = sessionOptions(threads, spinning);
      const known = await cache?.read(sha256);
      const session =
        (known && (await fromOptimised(known, options))) ??
        (matching && (await fromSource(matching, sha256, options, cache)));
      if (!session) throw invalid('The cached model cannot be used, and its source has changed');
      sessions.push(session);
    }
    const [session, alone] = sessions as [InferenceSession, InferenceSession?];
    const inputs = session.inputMetadata.map(toSpec);
    const outputs = session.outputMetadata.map(toSpec);
    for (const each of sessions) {
      for (const warmup of params.warmups) await warmUp(each, inputs, warmup);
    }
    const fromCache = optimised !== undefined;
    return { session, alone, model: { sha256, inputs, outputs, metadata, fromCache } };
  } catch (error) {
    await Promise.all(sessions.map((each) => each.release()));
    throw error;
  }
}

async function fromOptimised(
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession | undefined> {
  // An entry that this runtime refuses is as good as none: the source is optimised again.
  return InferenceSession.create(bytes, {
    ...options,
    graphOptimizationLevel: 'disabled',
  }).catch(() => undefined);
}

async function fromSource(
  bytes: Uint8Array,
  sha256: string,
  options: InferenceSession.SessionOptions,
  cache: OptimisedCache | undefined,
): Promise<InferenceSession> {
  const scratch = await cache?.scratchPath();
  const plain = { ...options, graphOptimizationLevel: 'all' } as const;
  if (cache && scratch !== undefined) {
    try {
      const session = await InferenceSession.create(bytes, {
        ...plain,
        optimizedModelFilePath: scratch,
      });
      await cache.write(sha256, scratch);
      return session;
    } catch {
      // Either the model is bad, which the next attempt says, or the disk is full, which must not stop the load.
      await cache.discard(scratch);
    }
  }
  return InferenceSession.create(bytes, plain).catch((cause: unknown) => {
    throw invalid('ONNX Runtime cannot load the model', cause);
  });
}

function sessionOptions(threads: number, spinning: boolean): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    extra: {
      session: {
        intra_op: { allow_spinning: spinning ? '1' : '0' },
        // Between the ops of a run only: threads that spin on behind it take a core from decoding and from the answer.
        force_spinning_stop: '1',
      },
    },
  };
}

function toSpec(value: InferenceSession.ValueMetadata): OipTensorSpec {
  const datatype = value.isTensor ? datatypeOf(value.type) : undefined;
  if (!value.isTensor || !datatype) {
    throw invalid(`Expected "${value.name}" to be a tensor of a type of the protocol`);
  }
  return {
    name: value.name,
    datatype,
    shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)),
  };
}

async function warmUp(
  session: InferenceSession,
  inputs: readonly OipTensorSpec[],
  { shapes }: Warmup,
): Promise<void> {
  const feeds = Object.fromEntries(
    inputs.map(({ name, datatype, shape: open }) => {
      const shape = shapes[name] ?? open.map((size) => Math.max(size, 1));
      const bytes = (oipDatatypes[datatype] ?? 4) * elementCount(name, shape);
      return [name, toOrtTensor(name, datatype, [{ shape, data: new Uint8Array(bytes) }])];
    }),
  );
  try {
    await session.run(feeds);
  } catch (cause) {
    throw invalid('The model fails on its warm-up run', cause);
  }
}

function invalid(message: string, cause?: unknown): CtError {
  return new CtError('CT_MODEL_INVALID', message, { cause });
}
