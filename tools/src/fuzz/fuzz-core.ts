import { bytesSource, CtError, openVolume, type Limits } from '@groundglass/core';
import { createHash } from 'node:crypto';
import type { CorpusFile } from './corpus.js';
import { mutate, randomIntegers } from './mutate.js';

/** Small enough to detect a file that makes a decoder allocate a lot. */
const limits: Limits = {
  volumePixels: 4 * 1024 * 1024,
  imagePixels: 1024 * 1024,
  inflatedBytes: 64 * 1024 * 1024,
  inflationRatio: 1100,
  keptInflatedBytes: 16 * 1024 * 1024,
};

/** Processor time that one file may take, in milliseconds; elapsed time would measure the machine. */
const cpuLimitMs = 2000;

/** A file for which a decoder returned neither a slice nor a coded error. */
export interface FuzzFailure {
  readonly case: number;
  readonly corpusFile: string;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

/** Results of a fuzz run. */
export interface FuzzResult {
  readonly cases: number;
  /** Count of each outcome: `slice`, or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  readonly failures: readonly FuzzFailure[];
  /** The most processor time that one case took, in milliseconds. */
  readonly slowestMs: number;
}

/**
 * Opens `count` damaged files and reads their first, middle and last slice and their metadata. Case number `n` of a seed is
 * always the same file, so that a failure can be repeated alone with `first: n, count: 1`.
 */
export async function fuzzCore(
  corpus: readonly CorpusFile[],
  { seed, count, first = 0, onCase }: FuzzOptions,
): Promise<FuzzResult> {
  const outcomes = new Map<string, number>();
  const failures: FuzzFailure[] = [];
  let slowestMs = 0;
  for (let n = first; n < first + count; n++) {
    const random = randomIntegers(seed, n);
    const file = corpus[n % corpus.length]!;
    const bytes = mutate(file.bytes, random);
    onCase?.(n);
    const started = process.cpuUsage();
    const outcome = await openAndRead(bytes, file);
    const { user, system } = process.cpuUsage(started);
    const ms = (user + system) / 1000;
    slowestMs = Math.max(slowestMs, ms);
    const fail = (reason: string) =>
      failures.push({ case: n, corpusFile: file.name, reason, bytes });
    if (outcome.failure) fail(outcome.failure);
    else if (ms > cpuLimitMs) fail(`took ${Math.round(ms)} ms of processor time`);
    outcomes.set(outcome.name, (outcomes.get(outcome.name) ?? 0) + 1);
  }
  return { cases: count, outcomes, failures, slowestMs };
}

/** See {@link fuzzCore}. */
export interface FuzzOptions {
  readonly seed: number;
  readonly count: number;
  readonly first?: number;
  /** Called before each case, so that a hang names its case. */
  readonly onCase?: (n: number) => void;
}

async function openAndRead(
  bytes: Uint8Array,
  file: CorpusFile,
): Promise<{ name: string; failure?: string }> {
  try {
    const volume = await openVolume(bytesSource(bytes), {
      limits,
      name: file.name.split('/').at(-1)!,
      companion: (name) => {
        const companion = file.companions.get(name);
        return Promise.resolve(companion && bytesSource(companion));
      },
    });
    if (!Array.isArray(volume.metadata)) return { name: 'slice', failure: 'there is no metadata' };
    const last = volume.sliceCount - 1;
    for (const index of new Set([0, last >> 1, last])) {
      const slice = await volume.slice(index);
      if (slice.pixels.length !== slice.columns * slice.rows) {
        return { name: 'slice', failure: 'the slice has another number of pixels than it says' };
      }
      if (slice.pixels.some((value) => !Number.isFinite(value))) {
        return { name: 'slice', failure: 'the slice holds a value that is not finite' };
      }
    }
    return { name: 'slice' };
  } catch (error) {
    if (error instanceof CtError) return { name: error.code };
    return {
      name: 'crash',
      failure: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** The name under which a failing file is stored. */
export function failureName({ corpusFile, bytes }: FuzzFailure): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
  return `${corpusFile.replace(/[^\w.-]+/g, '-')}-${hash}`;
}
