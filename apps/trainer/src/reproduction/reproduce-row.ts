import type { TargetSample } from '@groundglass/dataset';
import { exportJcs, OnnxInference, readSafetensors, type JcsConfig } from '@groundglass/nn';
import { rocAuc } from '@groundglass/metrics';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { evaluate } from '../evaluation/evaluate.js';
import { RunFolder } from '../run/run-folder.js';
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
  /** Absolute folder that the samples' paths start from. */
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

/** Trains a row, or goes on with it, chooses its threshold on validation pictures, and looks at the test pictures once. */
export async function reproduceRow(job: RowJob): Promise<ReproductionRow> {
  const { row, seed, scale, data, root, start } = job;
  const base = scales[scale].recipe;
  const recipe = { ...base, seed, model: { ...base.model, network: row.network } };
  // JCS learns COVID-Seg's masks: those of a network, since the experts' are not in the published slices.
  const masks = row.network === 'joint' ? { ...recipe, pseudoMasks: true } : recipe;
  const run = new RunFolder(join(job.out, `${row.id}-seed${seed}`));
  await run.create();
  await run.replace('config.json', `${JSON.stringify(masks, undefined, 2)}\n`);
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
      scored(inference, samples, { root, crop: masks.crop, signal: job.signal });
    const validation = await score(data.validation);
    const threshold = thresholdOf(validation);
    const test = await score(data.test);
    return {
      row: row.id,
      seed,
      scale,
      time: new Date().toISOString(),
      command: job.command,
      commit: job.commit,
      data: sampleHash([...data.train, ...data.validation, ...data.test]),
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

async function scored(
  model: OnnxInference,
  samples: readonly TargetSample[],
  options: { root: string; crop: 'none' | 'chest'; signal: AbortSignal },
): Promise<ScoredPictures> {
  const { scores } = await evaluate(model, samples, options);
  return {
    labels: scores.map(({ sample }) => sample.target),
    probabilities: scores.map(({ probability }) => probability),
    patients: scores.map(({ sample }) => `${sample.source}/${sample.patient}`),
  };
}

/** Pictures of each class. */
export function counts(samples: readonly TargetSample[]): ReproductionRow['train'] {
  const positives = samples.filter(({ target }) => target === 1).length;
  return { positives, negatives: samples.length - positives };
}

/** Names a set of samples: their paths, splits and labels, in any order. */
export function sampleHash(samples: readonly TargetSample[]): string {
  const lines = samples.map(({ path, split, label }) => `${split}\t${label}\t${path}`);
  return sha256(lines.sort().join('\n'));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Six digits: enough to rank and to draw by. */
function rounded(probability: number): number {
  return Math.round(probability * 1e6) / 1e6;
}
