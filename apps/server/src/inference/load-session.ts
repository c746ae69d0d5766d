import { elementCount, oipDatatypes, type OipTensorSpec } from '@groundglass/client';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CtError } from '@groundglass/core';
import { InferenceSession, env } from 'onnxruntime-node';
import { castBfloat16Edges, castName } from './bfloat16-edges.js';
import { inspectOnnx, type OnnxFacts } from './inspect-onnx.js';
import type { LoadParams, LoadedModel, Warmup } from './inference-calls.js';
import { OptimisedCache } from './optimised-cache.js';
import { runtimeCause } from './runtime-cause.js';
import { datatypeOf, toOrtTensor } from '../tensors/ort-tensor.js';

export interface LoadedSession {
  /** For runs alongside others, or for every run. */
  readonly session: InferenceSession;
  /** For a run that has the machine to itself. */
  readonly alone: InferenceSession | undefined;
  readonly model: LoadedModel;
  /** Inputs and outputs of bfloat16, which are FP32 under another name in the session. */
  readonly bfloat16: ReadonlySet<string>;
}

/**
 * Reads a model once, hashes it and creates its sessions from exactly these bytes, or from the cache if it has them.
 *
 * A child that replaces a crashed one requires a content (`sha256`): if the file has changed in the meantime, the cache still
 * has the served model.
 *
 * @throws {CtError} `CT_MODEL_INVALID` with ONNX Runtime's own cause when the file is not a usable ONNX model, or for other content
 * than required.
 */
export async function loadSession(params: LoadParams): Promise<LoadedSession> {
  const cache =
    params.cacheDir === undefined
      ? undefined
      : new OptimisedCache(params.cacheDir, env.versions.node ?? env.versions.common);
  const read = await readModel(params).catch((error: unknown) => {
    // A file replaced by a broken one counts as missing: the served model is in the cache.
    if (params.sha256 === undefined) throw error;
    return undefined;
  });
  const sha256 = params.sha256 ?? read?.sha256;
  if (sha256 === undefined) throw invalid('Expected a model file that can be read');
  const matching = read?.sha256 === sha256 ? read : undefined;
  const isCached = matching === undefined || isCacheable(matching.facts);
  const optimised = isCached ? await cache?.read(sha256) : undefined;
  if (!matching && !optimised) throw invalid('The model file has changed since it was loaded');

  const facts = matching?.facts ?? inspectOnnx(optimised!);
  const sessions: InferenceSession[] = [];
  try {
    for (const threads of [params.threads, ...(params.threadsAlone ? [params.threadsAlone] : [])]) {
      // A lone run competes with no other: its threads may spin, since otherwise each of its many ops would wake them.
      const spinning = params.spinning || threads === params.threadsAlone;
      const options = sessionOptions(threads, spinning, params.arena);
      const known = isCached ? await cache?.read(sha256) : undefined;
      const session =
        (known && (await fromOptimised(known, options))) ??
        (matching && (await fromSource(matching, options, isCached ? cache : undefined)));
      if (!session) throw invalid('The cached model cannot be used, and its source has changed');
      sessions.push(session);
    }
    const [session, alone] = sessions as [InferenceSession, InferenceSession?];
    const { metadata, unknownRank, bfloat16 } = facts;
    const toSpec = specOf(bfloat16);
    const inputs = session.inputMetadata.map(toSpec);
    const outputs = session.outputMetadata.map(toSpec);
    const fromCache = optimised !== undefined;
    const model = { sha256, inputs, outputs, metadata, unknownRank, fromCache };
    return { session, alone, model, bfloat16 };
  } catch (error) {
    await Promise.all(sessions.map((each) => each.release()));
    throw error;
  }
}

interface ReadModel {
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  readonly facts: OnnxFacts;
}

/** The model file, or undefined where it cannot be read. @throws {CtError} `CT_MODEL_INVALID` for what is wrong in it. */
async function readModel({ path, folder }: LoadParams): Promise<ReadModel | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  if (!bytes) return undefined;
  const facts = inspectOnnx(bytes);
  const hash = createHash('sha256').update(bytes);
  for (const external of facts.externalFiles) {
    const file = await realpath(join(dirname(path), external)).catch(() => undefined);
    if (file === undefined) {
      throw invalid(`Expected the file ${external} next to the model: it holds weights`);
    }
    if (!file.startsWith(folder + sep)) {
      throw invalid(`Expected ${external} inside the model's own folder, got a link out of it`);
    }
    // ONNX Runtime's own rule.
    if (!file.startsWith(dirname(path) + sep)) {
      const version = basename(dirname(path));
      throw invalid(`Expected ${external} in the folder ${version}, got a link out of it`);
    }
    await pipeline(createReadStream(file), hash, { end: false });
  }
  if (facts.externalFiles.length > 0 && facts.bfloat16.size > 0) {
    throw invalid('Expected a model with bfloat16 inputs or outputs to hold its own weights');
  }
  return { path, bytes, sha256: hash.digest('hex'), facts };
}

/** The cache would copy external weights, and a bfloat16 model's inputs and outputs have other names there. */
function isCacheable({ externalFiles, bfloat16 }: OnnxFacts): boolean {
  return externalFiles.length === 0 && bfloat16.size === 0;
}

async function fromOptimised(
  bytes: Uint8Array,
  options: InferenceSession.SessionOptions,
): Promise<InferenceSession | undefined> {
  // An entry that this runtime refuses counts as missing: the source is optimised again.
  return InferenceSession.create(bytes, {
    ...options,
    graphOptimizationLevel: 'disabled',
  }).catch(() => undefined);
}

async function fromSource(
  { path, bytes, sha256, facts }: ReadModel,
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
      // Either the model is bad, which the next attempt reports, or the disk is full, which must not stop the load.
      await cache.discard(scratch);
    }
  }
  try {
    // ONNX Runtime looks for external data next to the file that it reads.
    if (facts.externalFiles.length > 0) return await InferenceSession.create(path, plain);
    const { bfloat16 } = facts;
    const model = bfloat16.size > 0 ? castBfloat16Edges(bytes, bfloat16) : bytes;
    return await InferenceSession.create(model, plain);
  } catch (cause) {
    const why = runtimeCause(cause);
    throw invalid(`ONNX Runtime cannot load the model (${facts.description}): ${why}`, cause);
  }
}

function sessionOptions(
  threads: number,
  spinning: boolean,
  arena: boolean,
): InferenceSession.SessionOptions {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    enableCpuMemArena: arena,
    extra: {
      session: {
        intra_op: { allow_spinning: spinning ? '1' : '0' },
        // Only between the ops of a run: threads that spin after it take a core from decoding and from the answer.
        force_spinning_stop: '1',
      },
    },
  };
}

function specOf(bfloat16: ReadonlySet<string>) {
  return (value: InferenceSession.ValueMetadata): OipTensorSpec => {
    const cast = [...bfloat16].find((name) => castName(name) === value.name);
    const datatype = value.isTensor ? datatypeOf(value.type) : undefined;
    if (!value.isTensor || !datatype) {
      const got = value.isTensor ? value.type : 'a sequence, map or optional';
      throw invalid(
        `Expected "${value.name}" to be a tensor of a type of the protocol, got ${got}`,
      );
    }
    return {
      name: cast ?? value.name,
      datatype: cast === undefined ? datatype : 'BF16',
      shape: value.shape.map((size) => (typeof size === 'number' ? size : -1)),
    };
  };
}

/**
 * Runs every session of a model on zeros.
 *
 * @throws {CtError} `CT_MODEL_INVALID` with ONNX Runtime's own cause.
 */
export async function warmUp(loaded: LoadedSession, { shapes }: Warmup): Promise<void> {
  const { session, alone } = loaded;
  for (const each of alone ? [session, alone] : [session]) {
    const feeds = zeros(loaded, shapes);
    try {
      await each.run(feeds);
    } catch (cause) {
      throw invalid(`The model fails on its warm-up run: ${runtimeCause(cause)}`, cause);
    }
  }
}

/** Milliseconds of each of `runs` runs on zeros, one after another. */
export async function timeRuns(
  loaded: LoadedSession,
  { shapes }: Warmup,
  runs: number,
): Promise<number[]> {
  const session = loaded.alone ?? loaded.session;
  const feeds = zeros(loaded, shapes);
  const times: number[] = [];
  while (times.length < runs) {
    const started = performance.now();
    await session.run(feeds);
    times.push(performance.now() - started);
  }
  return times;
}

function zeros(
  { model, bfloat16 }: LoadedSession,
  shapes: Warmup['shapes'],
): InferenceSession.FeedsType {
  return Object.fromEntries(
    model.inputs.map(({ name, datatype, shape: open }) => {
      const shape = shapes[name] ?? open.map((size) => Math.max(size, 1));
      const bytes = (oipDatatypes[datatype] ?? 4) * elementCount(name, shape);
      const part = { shape, data: new Uint8Array(bytes) };
      return [feedName(name, bfloat16), toOrtTensor(name, datatype, [part])];
    }),
  );
}

/** The name of an input or output in the session. */
export const feedName = (name: string, bfloat16: ReadonlySet<string>): string =>
  bfloat16.has(name) ? castName(name) : name;

function invalid(message: string, cause?: unknown): CtError {
  return new CtError('CT_MODEL_INVALID', message, { cause });
}
