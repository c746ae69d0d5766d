import type { ResultRow, ResultsHeader } from '@groundglass/core';
import { makeFolder } from '@groundglass/dataset/disk';
import {
  parseResults,
  resultLine,
  resultsHeaderLine,
  sampleKey,
  type TargetSample,
} from '@groundglass/dataset';
import { appendFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { fileHash } from './file-hash.js';
import { TrainerError } from '../errors.js';
import type { SampleScore, ScoreStore } from './evaluate.js';

/** The header of a results file. */
export type PredictionsHeader = Omit<ResultsHeader, 'format' | 'version' | 'time'> & {
  readonly threshold: number;
};

/**
 * A results file that an evaluation writes, with a row as soon as a sample is scored. A stopped evaluation resumes in it and
 * skips rows whose files have not changed.
 */
export class PredictionsFile implements ScoreStore {
  /** The hash of the last file read: the slices of a volume follow one another. */
  #hashed: { path: string; sha256: string } | undefined;

  readonly #path: string;
  readonly #root: string;
  readonly #header: PredictionsHeader;
  readonly #known: ReadonlyMap<string, ResultRow>;

  private constructor(
    path: string,
    root: string,
    header: PredictionsHeader,
    known: ReadonlyMap<string, ResultRow>,
  ) {
    this.#path = path;
    this.#root = root;
    this.#header = header;
    this.#known = known;
  }

  /**
   * Opens a results file for a dataset, and creates it if there is none.
   *
   * @param root absolute folder that sample paths are relative to.
   * @throws {TrainerError} `TRAIN_BAD_OPTION` if it holds results of another model, dataset or threshold.
   */
  static async open(
    path: string,
    root: string,
    header: PredictionsHeader,
  ): Promise<PredictionsFile> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    // A kill right at the start leaves no complete row.
    if (!text?.includes('\n')) {
      await makeFolder(dirname(resolve(path)));
      const time = new Date().toISOString();
      await writeFile(path, resultsHeaderLine({ ...header, time }));
      return new PredictionsFile(path, root, header, new Map());
    }
    const before = parseResults(text, path);
    const other = differing(before.header, header);
    if (other !== undefined)
      throw new TrainerError(
        'TRAIN_BAD_OPTION',
        `Expected "${path}" to be new or to hold results of the same model, dataset and threshold, it has another ${other}: choose another file, or delete it`,
      );
    await truncate(path, before.length);
    const known = new Map(before.rows.map((row) => [sampleKey(row), row]));
    return new PredictionsFile(path, root, header, known);
  }

  async find(sample: TargetSample): Promise<SampleScore | undefined> {
    const row = this.#known.get(sampleKey(sample));
    if (!row) return undefined;
    const { evaluation, probability, withheld, lesionFraction, dice } = row;
    if (!evaluation || probability === null || row.sha256 !== (await this.#sha256(sample)))
      return undefined;
    const { logits, lesionEvidence, overlap, places } = evaluation;
    return {
      sample,
      probability,
      logits,
      lesionEvidence,
      dice: dice ?? undefined,
      overlap,
      ...(places ? { places } : {}),
      verdict: {
        withheld: withheld as NonNullable<SampleScore['verdict']>['withheld'],
        lesionFraction,
      },
    };
  }

  async add(score: SampleScore): Promise<void> {
    const row = resultRow(score, await this.#sha256(score.sample), this.#header);
    await appendFile(this.#path, resultLine(row));
  }

  async #sha256({ path }: TargetSample): Promise<string> {
    if (this.#hashed?.path !== path)
      this.#hashed = { path, sha256: await fileHash(resolve(this.#root, path)) };
    return this.#hashed.sha256;
  }
}

/** A score as a row of a results file; a withheld label is null. */
export function resultRow(
  score: SampleScore,
  sha256: string,
  { labels, positive, threshold }: Pick<PredictionsHeader, 'labels' | 'positive' | 'threshold'>,
): ResultRow {
  const { sample, probability, logits, lesionEvidence, overlap, places, verdict } = score;
  const withheld = verdict?.withheld ?? [];
  const negative = labels.find((label) => label !== positive) ?? null;
  const label = probability >= threshold ? positive : negative;
  return {
    path: sample.path,
    ...(sample.slice === undefined ? {} : { slice: sample.slice }),
    sha256,
    label: withheld.length > 0 ? null : label,
    withheld: [...withheld],
    probability,
    lesionFraction: verdict?.lesionFraction ?? null,
    ...(score.dice === undefined ? {} : { dice: score.dice }),
    evaluation: {
      logits: [...logits],
      lesionEvidence,
      ...(overlap ? { overlap: { ...overlap } } : {}),
      ...(places ? { places: { ...places } } : {}),
    },
  };
}

function differing(before: ResultsHeader, now: PredictionsHeader): string | undefined {
  if (before.model.sha256 !== now.model.sha256) return 'model';
  if (before.positive !== now.positive || before.labels.join() !== now.labels.join())
    return 'labels';
  if (before.threshold !== now.threshold) return 'threshold';
  if (before.manifest?.name !== now.manifest?.name) return 'dataset';
  return undefined;
}
