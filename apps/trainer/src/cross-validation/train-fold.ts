import { patientKey, type TargetSample } from '@groundglass/dataset';
import {
  exportJcs,
  OnnxInference,
  readSafetensors,
  type JcsConfig,
  type NamedTensors,
} from '@groundglass/nn';
import { rocAuc } from '@groundglass/metrics';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { evaluate, type SampleScore } from '../evaluation/evaluate.js';
import { measureLabels } from '../evaluation/measure.js';
import { thresholdOf } from '../reproduction/measure-clustered.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import type { EngineOptions } from '../training/open-session.js';
import type { Recipe } from '../training/recipes/recipe.js';
import { train, type Progress } from '../training/train.js';
import type { FoldRecord } from './fold-record.js';

/** One fold, and how it is trained. */
export interface FoldJob {
  /** From 1. */
  readonly fold: number;
  readonly samples: readonly TargetSample[];
  readonly root: string;
  readonly out: string;
  readonly recipe: Recipe;
  readonly inputs: RunInputs;
  readonly weights: NamedTensors | undefined;
  readonly workers: number;
  readonly engine: EngineOptions;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onTest: (done: number, total: number) => void;
}

/** A trained fold with the scores of its test part. */
export interface TrainedFold {
  readonly record: FoldRecord;
  readonly scores: readonly SampleScore[];
}

/** Trains or resumes a fold, chooses its threshold on its validation part and scores its test part. */
export async function trainFold(job: FoldJob): Promise<TrainedFold> {
  const { fold, samples, root, recipe, signal } = job;
  const run = new RunFolder(join(job.out, `fold-${fold}`));
  await run.create();
  await run.replace('config.json', `${JSON.stringify(recipe, undefined, 2)}\n`);
  await run.replace('inputs.json', `${JSON.stringify(job.inputs, undefined, 2)}\n`);
  const of = (split: string) => samples.filter((sample) => sample.split === split);
  // Sources that only train masks have no labels to measure.
  const labelled = (split: string) =>
    of(split).filter(({ source }) => !recipe.loss.segmentationOnly.includes(source));
  const [training, validation, test] = [of('train'), of('val'), labelled('test')];
  const { records } = await train({
    data: { root, train: training, validation },
    recipe,
    run,
    workers: job.workers,
    engine: job.engine,
    signal,
    onProgress: job.onProgress,
    ...(job.weights ? { weights: job.weights } : {}),
  });
  const { tensors, metadata } = readSafetensors(await run.readBytes('best.safetensors'));
  const config = JSON.parse(metadata.config!) as JcsConfig;
  const model = exportJcs([{ config, weights: tensors }], {
    name: `${recipe.name}-fold-${fold}`,
    version: '1',
    trained: true,
    threshold: 0.5,
    temperature: 1,
    trainingData: '',
    crop: recipe.crop,
  });
  const inference = await OnnxInference.create(model);
  try {
    const options = { root, crop: recipe.crop, signal };
    const chosen = rows((await evaluate(inference, labelled('val'), options)).scores);
    const threshold = thresholdOf(chosen);
    const { scores } = await evaluate(inference, test, {
      ...options,
      verdicts: true,
      onSample: (done) => {
        job.onTest(done, test.length);
      },
    });
    const measured = rows(scores);
    const positives = measured.labels.filter((label) => label === 1).length;
    const hasBoth = positives >= 2 && measured.labels.length - positives >= 2;
    const auc = hasBoth
      ? measureLabels(measured.labels, measured.probabilities, measured.patients, threshold).auc
      : undefined;
    return {
      scores,
      record: {
        fold,
        time: new Date().toISOString(),
        train: sizes(training),
        validation: sizes(validation),
        test: { ...sizes(test), positives },
        epochs: records.length,
        minutes: records.reduce((sum, { seconds }) => sum + seconds, 0) / 60,
        model: createHash('sha256').update(model).digest('hex'),
        threshold,
        validationAuc: rocAuc(chosen.labels, chosen.probabilities),
        auc: auc ? { value: auc.value, lower: auc.lower, upper: auc.upper } : null,
      },
    };
  } finally {
    await inference.close();
  }
}

function rows(scores: readonly SampleScore[]) {
  return {
    labels: scores.map(({ sample }) => sample.target),
    probabilities: scores.map(({ probability }) => probability),
    patients: scores.map(({ sample }) => patientKey(sample)),
  };
}

function sizes(samples: readonly TargetSample[]): { pictures: number; patients: number } {
  return { pictures: samples.length, patients: new Set(samples.map(patientKey)).size };
}
