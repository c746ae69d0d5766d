import { defaultLabels } from '@groundglass/core';
import { resultLine, resultsHeaderLine, type TargetSample } from '@groundglass/dataset';
import { exportJcs, OnnxInference, readSafetensors, type JcsConfig } from '@groundglass/nn';
import { rocAuc } from '@groundglass/metrics';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { evaluate, type SampleScore } from '../evaluation/evaluate.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { TrainerError } from '../errors.js';
import { fileHash } from '../evaluation/file-hash.js';
import { resultRow } from '../evaluation/predictions-file.js';
import { recipeSchema, type Recipe } from '../training/recipes/recipe.js';
import type { EngineOptions } from '../training/open-session.js';
import { train, type Progress } from '../training/train.js';
import { startWeights, type StartWeights } from '../weights/start-weights.js';
import { measureClustered, thresholdOf, type ScoredPictures } from './measure-clustered.js';
import type { PaperRow } from './paper-tables.js';
import type { ReproductionRow } from './result-row.js';
import { scales, type ScaleName } from './scales.js';
import type { RowData } from './training-set.js';

/** One job: a row of the tables with one seed. */
export interface RowJob {
  readonly row: PaperRow;
  readonly seed: number;
  readonly scale: ScaleName;
  readonly data: RowData;
  /** Absolute folder that sample paths are relative to. */
  readonly root: string;
  readonly out: string;
  readonly start: StartWeights | undefined;
  readonly engine: EngineOptions;
  readonly workers: number;
  readonly command: string;
  readonly commit: string | null;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Trains or resumes a row, chooses its threshold on validation pictures, and looks at the test pictures once. */
export async function reproduceRow(job: RowJob): Promise<ReproductionRow> {
  const { row, seed, scale, data, root, start } = job;
  const base = scales[scale].recipe;
  const recipe = { ...base, seed, model: { ...base.model, network: row.network } };
  // JCS learns COVID-Seg's masks: a network's, since the experts' are not in the published slices.
  const masks = row.network === 'joint' ? { ...recipe, pseudoMasks: true } : recipe;
  const run = new RunFolder(join(job.out, `${row.id}-seed${seed}`));
  await run.create();
  const dataHash = sampleHash([...data.train, ...data.validation, ...data.test]);
  const inputs: RunInputs = {
    data: dataHash,
    samples: countSources(data),
    ...(start ? { start: { file: start.file, sha256: start.sha256 } } : {}),
  };
  if (run.started) await checkSame(run, masks, inputs);
  await run.replace('config.json', `${JSON.stringify(masks, undefined, 2)}\n`);
  await run.replace('inputs.json', `${JSON.stringify(inputs, undefined, 2)}\n`);
  const weights = startWeights(start ? [start] : [], masks, () => undefined);
  const { records } = await train({
    data: { root, train: data.train, validation: data.validation },
    recipe: masks,
    run,
    workers: job.workers,
    engine: job.engine,
    signal: job.signal,
    onProgress: job.onProgress,
    ...(weights ? { weights } : {}),
  });
  const minutes = records.reduce((sum, { seconds }) => sum + seconds, 0) / 60;
  const { tensors, metadata } = readSafetensors(await run.readBytes('best.safetensors'));
  const config = JSON.parse(metadata.config!) as JcsConfig;
  const model = exportJcs([{ config, weights: tensors }], {
    name: row.id,
    version: '1',
    trained: true,
    threshold: 0.5,
    temperature: 1,
    trainingData: row.title,
    crop: masks.crop,
  });
  const inference = await OnnxInference.create(model);
  try {
    const score = (samples: readonly TargetSample[]) =>
      scoresOf(inference, samples, { root, crop: masks.crop, signal: job.signal });
    const validation = pictures(await score(data.validation));
    const threshold = thresholdOf(validation);
    const scores = await score(data.test);
    const test = pictures(scores);
    await writePredictions(run, scores, { root, model: sha256(model), threshold, row, seed });
    return {
      row: row.id,
      seed,
      scale,
      time: new Date().toISOString(),
      command: job.command,
      commit: job.commit,
      data: dataHash,
      recipe: sha256(JSON.stringify(masks)),
      model: sha256(model),
      start: start ? { file: start.file, sha256: start.sha256 } : null,
      epochs: records.length,
      minutes,
      train: counts(data.train),
      validationAuc: rocAuc(validation.labels, validation.probabilities),
      test: measureClustered(test, threshold),
      points: test.labels.map((label, i) => [label, rounded(test.probabilities[i]!)]),
    };
  } finally {
    await inference.close();
  }
}

/** A job resumes only with the recipe, pictures and start that it began with. */
async function checkSame(run: RunFolder, recipe: Recipe, inputs: RunInputs): Promise<void> {
  const before = recipeSchema.parse(await run.readJson('config.json'));
  // Runs from before inputs were recorded do not identify them.
  const noted = run.has('inputs.json')
    ? ((await run.readJson('inputs.json')) as RunInputs)
    : inputs;
  const other =
    JSON.stringify(before) !== JSON.stringify(recipeSchema.parse(recipe))
      ? 'recipe'
      : noted.data !== inputs.data
        ? '--data'
        : noted.start?.sha256 !== inputs.start?.sha256
          ? '--init'
          : undefined;
  if (other !== undefined)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected the ${other} that ${run.path} was started with, got another: choose another --out`,
    );
}

function countSources(data: RowData): RunInputs['samples'] {
  const counts: Record<string, Record<string, number>> = {};
  for (const { source, split } of [...data.train, ...data.validation, ...data.test]) {
    const bySplit = (counts[source] ??= {});
    bySplit[split] = (bySplit[split] ?? 0) + 1;
  }
  return counts;
}

/** The test pictures' scores as a results file, with which `compare` compares rows picture by picture. */
async function writePredictions(
  run: RunFolder,
  scores: readonly SampleScore[],
  of: { root: string; model: string; threshold: number; row: PaperRow; seed: number },
): Promise<void> {
  const header = {
    labels: [...defaultLabels],
    positive: defaultLabels[1],
    threshold: of.threshold,
  };
  const lines = [
    resultsHeaderLine({
      ...header,
      model: { name: of.row.id, version: `seed-${of.seed}`, sha256: of.model },
      manifest: null,
      time: new Date().toISOString(),
    }),
  ];
  for (const score of scores) {
    const hash = await fileHash(join(of.root, score.sample.path));
    lines.push(resultLine(resultRow(score, hash, header)));
  }
  await run.replace('test.predictions.jsonl', lines.join(''));
}

async function scoresOf(
  model: OnnxInference,
  samples: readonly TargetSample[],
  options: { root: string; crop: 'none' | 'chest'; signal: AbortSignal },
): Promise<readonly SampleScore[]> {
  return (await evaluate(model, samples, options)).scores;
}

function pictures(scores: readonly SampleScore[]): ScoredPictures {
  return {
    labels: scores.map(({ sample }) => sample.target),
    probabilities: scores.map(({ probability }) => probability),
    patients: scores.map(({ sample }) => `${sample.source}/${sample.patient}`),
  };
}

/** Number of pictures of each class. */
export function counts(samples: readonly TargetSample[]): ReproductionRow['train'] {
  const positives = samples.filter(({ target }) => target === 1).length;
  return { positives, negatives: samples.length - positives };
}

/** Identifies a set of samples: their paths, splits and labels, in any order. */
export function sampleHash(samples: readonly TargetSample[]): string {
  const lines = samples.map(({ path, split, label }) => `${split}\t${label}\t${path}`);
  return sha256(lines.sort().join('\n'));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Six digits: enough for ranking and drawing. */
function rounded(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
