import type { ResultRow } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';

/** One sample to score. */
export interface ScoringSample {
  readonly path: string;
  readonly slice?: number | undefined;
}

/** A file, ready to be scored. */
export interface ScoringFile<B> {
  readonly sha256: string;
  readonly body: B;
}

/** The model's result for a file. */
export type ScoringAnswer = Pick<
  ResultRow,
  'label' | 'withheld' | 'probability' | 'lesionFraction'
> &
  Pick<Partial<ResultRow>, 'dice'>;

export interface ScoringProgress {
  readonly done: number;
  readonly total: number;
  /** Rows kept from before, of files that have not changed. */
  readonly kept: number;
  readonly failed: number;
}

export interface ScoringRun<S extends ScoringSample, B> {
  readonly samples: readonly S[];
  /** The row of an earlier run for a sample. */
  readonly known: (sample: S) => ResultRow | undefined;
  /** Reads a file and its SHA-256. @throws if it cannot be read: that becomes a row too. */
  readonly read: (sample: S) => Promise<ScoringFile<B>>;
  readonly score: (sample: S, file: ScoringFile<B>, signal: AbortSignal) => Promise<ScoringAnswer>;
  /** Saves a row; a failure ends the run. */
  readonly write: (row: ResultRow) => Promise<void>;
  /** Requests in flight at once. */
  readonly lanes: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ScoringProgress) => void;
}

/** Errors of the server or of the run: recording them as rows would blame the files. */
const endsRun = new Set([
  'CT_UNREACHABLE',
  'CT_UNAUTHORIZED',
  'CT_FORBIDDEN',
  'CT_CANCELLED',
  'CT_MODEL_NOT_FOUND',
  'CT_MODEL_INVALID',
]);

/**
 * Scores samples with several requests in flight, and saves each row as soon as it arrives. Skips a sample whose file an earlier run
 * scored and that has not changed; retries one that failed then. A file that cannot be read or scored is a row with its error.
 *
 * @throws {CtError} what ends the run: the server is gone, access is refused, it was cancelled; or what `write` throws. Rows saved
 * by then stay.
 */
export async function runScoring<S extends ScoringSample, B>({
  samples,
  known,
  read,
  score,
  write,
  lanes,
  signal,
  onProgress,
}: ScoringRun<S, B>): Promise<ScoringProgress> {
  const ending = new AbortController();
  const either = AbortSignal.any([signal, ending.signal]);
  const counts = { done: 0, kept: 0, failed: 0 };
  const progress = (): ScoringProgress => ({ ...counts, total: samples.length });
  let next = 0;
  const lane = async () => {
    while (next < samples.length) {
      if (either.aborted) throw new CtError('CT_CANCELLED', 'Scoring was cancelled');
      const sample = samples[next++]!;
      const row = await rowOf(sample);
      if (row === undefined) counts.kept++;
      else {
        await write(row);
        if (row.error) counts.failed++;
      }
      counts.done++;
      onProgress?.(progress());
    }
  };
  const rowOf = async (sample: S): Promise<ResultRow | undefined> => {
    const { path, slice } = sample;
    const place = slice === undefined ? { path } : { path, slice };
    let file: ScoringFile<B> | undefined;
    try {
      file = await read(sample);
      const before = known(sample);
      if (before && !before.error && before.sha256 === file.sha256) return undefined;
      return { ...place, sha256: file.sha256, ...(await score(sample, file, either)) };
    } catch (error) {
      const code = error instanceof CtError ? error.code : 'CT_READ_FAILED';
      if (either.aborted || endsRun.has(code)) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return {
        ...place,
        sha256: file?.sha256 ?? null,
        ...{ label: null, withheld: [], probability: null, lesionFraction: null },
        error: { code, message },
      };
    }
  };
  const running = Array.from({ length: Math.min(lanes, samples.length) }, () =>
    lane().catch((error: unknown) => {
      // The other lanes abort their requests; the first error is the one that is shown.
      ending.abort();
      throw error;
    }),
  );
  const ended = await Promise.allSettled(running);
  const errors = ended.flatMap((end): unknown[] => (end.status === 'rejected' ? [end.reason] : []));
  const isCancel = (error: unknown) => error instanceof CtError && error.code === 'CT_CANCELLED';
  const worst = errors.find((error) => !isCancel(error)) ?? errors[0];
  if (worst instanceof Error) throw worst;
  if (worst !== undefined) throw new Error('Scoring ended', { cause: worst });
  return progress();
}
