import { CtError } from '@groundglass/core';
import type { TargetSample } from '@groundglass/dataset';
import {
  exportJcs,
  learningRateAt,
  OnnxInference,
  writeSafetensors,
  type JcsConfig,
  type NamedTensor,
  type NamedTensors,
  type TrainingSession,
} from '@groundglass/nn';
import { countDrawn } from '../batches/draw-samples.js';
import { SampleLoader } from '../batches/sample-loader.js';
import type { Recipe } from './recipes/recipe.js';
import { writeReport } from '../run/report/write-report.js';
import type { EpochRecord, RunFolder } from '../run/run-folder.js';
import { blendWeights } from './blend-weights.js';
import { restoreCheckpoint, saveCheckpoint } from '../run/checkpoint.js';
import { evaluate, selectionScore, type Evaluation } from '../evaluation/evaluate.js';
import { measureGrey } from '../evaluation/measure-grey.js';
import { openSession, type EngineOptions } from './open-session.js';
import { TrainerError } from '../errors.js';

/** Training data of a run. */
export interface TrainingData {
  /** Absolute folder that paths are relative to. */
  readonly root: string;
  readonly train: readonly TargetSample[];
  readonly validation: readonly TargetSample[];
}

/** Start options of a run, in addition to its recipe. */
export interface TrainOptions {
  readonly data: TrainingData;
  readonly recipe: Recipe;
  readonly run: RunFolder;
  /** Initial weights, by the network's names; the others start from the seed. */
  readonly weights?: NamedTensors;
  /** Worker threads that decode and augment. */
  readonly workers: number;
  readonly engine: EngineOptions;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Called after each epoch, once its checkpoint is written. */
  readonly onEpoch?: (record: EpochRecord) => Promise<void>;
}

/** Progress shown while it runs. */
export interface Progress {
  readonly phase: 'train' | 'validate';
  readonly epoch: number;
  readonly done: number;
  readonly total: number;
  /** Mean loss of the epoch so far. */
  readonly loss: number;
  readonly imagesPerSecond: number;
}

/** Final state of a run. */
export interface TrainResult {
  readonly records: readonly EpochRecord[];
  readonly best: EpochRecord;
}

/**
 * Trains until the recipe's last epoch: learning rate → batches → step → validate → checkpoint. A stopped or killed run resumes
 * after its last whole epoch, with the same batches, augmentation, dropout and moments as if it had never stopped.
 *
 * The caller owns the run's folder; the session and the workers are freed here.
 *
 * @throws {CtError} `CT_BAD_DATASET` for an empty split, `CT_CANCELLED`.
 * @throws {TrainerError} `TRAIN_DIVERGED` when the loss becomes NaN or infinite, `TRAIN_OUT_OF_MEMORY`.
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  try {
    return await trainToTheEnd(options);
  } catch (error) {
    const { batchSize, imageSize } = options.recipe;
    if (!(error instanceof Error) || error instanceof CtError || !outOfMemory.test(error.message))
      throw error;
    throw new TrainerError(
      'TRAIN_OUT_OF_MEMORY',
      `Out of memory: a step of ${batchSize} images of ${imageSize}×${imageSize} did not fit; lower batchSize or imageSize in a new run. The last checkpoint is good`,
      { cause: error },
    );
  }
}

/** Out-of-memory messages of V8, the C++ library, ONNX Runtime's arena, and CUDA. */
const outOfMemory = /bad_alloc|failed to allocate memory|allocation failed|out of memory/i;

async function trainToTheEnd(options: TrainOptions): Promise<TrainResult> {
  const { data, recipe, run } = options;
  requireSplit('training', data.train);
  requireSplit('validation', data.validation);
  const load = { root: data.root, crop: recipe.crop };
  const drawn = countDrawn(data.train, recipe.sampling);
  if (drawn < recipe.batchSize) {
    throw new TrainerError(
      'TRAIN_BAD_RECIPE',
      `Expected batches no larger than an epoch of ${drawn} training samples, got batches of ${recipe.batchSize}: --set batchSize=${drawn} or less`,
    );
  }
  const model = await modelConfig(recipe, data.train, load);
  const step = {
    model,
    batchSize: recipe.batchSize,
    optimizer: optimizerOf(recipe),
    loss: recipe.loss,
    ...(recipe.clipNorm > 0 ? { clipNorm: recipe.clipNorm } : {}),
  };
  const session = await openSession(step, options.engine, {
    seed: recipe.seed,
    ...(options.weights ? { weights: options.weights } : {}),
  });
  const loader = new SampleLoader({
    samples: data.train,
    load: {
      ...load,
      pseudoMasks: recipe.pseudoMasks,
      lungs: needsLungs(recipe),
    },
    sampling: recipe.sampling,
    example: {
      size: recipe.imageSize,
      augmentation: recipe.augmentation,
      emptyMaskForNormals: recipe.loss.emptyMaskForNormals,
      segmentationOnly: recipe.loss.segmentationOnly,
      labelledByMask: recipe.loss.labelledByMask,
      nothingOutsideLungs: recipe.loss.nothingOutsideLungs,
      seed: recipe.seed,
    },
    batchSize: recipe.batchSize,
    workers: options.workers,
    prefetch: 2,
    cacheBytes: 4 * 1024 ** 3,
  });
  try {
    let { epoch, bestScore } = { epoch: 0, bestScore: -Infinity };
    let average: Map<string, NamedTensor> | undefined;
    if (run.started) {
      const restored = await restoreCheckpoint(run, session);
      ({ epoch, bestScore, average } = restored);
    }
    const records = await run.rewindLog(epoch);
    for (; epoch < recipe.epochs; epoch++) {
      const trained = await trainEpoch(options, session, loader, epoch, average);
      average = trained.average;
      const weights = average ?? session.weights();
      const validation = await validate(options, model, weights, load, epoch, trained.loss);
      const score = selectionScore(validation);
      const best = score > bestScore;
      bestScore = Math.max(bestScore, score);
      const record: EpochRecord = {
        epoch,
        learningRate: trained.learningRate,
        trainLoss: trained.loss,
        trainParts: trained.parts,
        validation: {
          auc: validation.auc,
          accuracy: validation.accuracy,
          crossEntropy: validation.crossEntropy,
          dice: validation.dice,
          score,
          ...sourceColumns(validation),
        },
        seconds: trained.seconds,
        imagesPerSecond: trained.imagesPerSecond,
        waitingShare: trained.waitingShare,
        best,
      };
      if (best)
        await run.replace(
          'best.safetensors',
          writeSafetensors(weights, { config: JSON.stringify(model), epoch: String(epoch) }),
        );
      await run.appendLog(record);
      await saveCheckpoint(run, session, { epoch: epoch + 1, bestScore, average });
      records.push(record);
      await options.onEpoch?.(record);
      await writeReport(run);
    }
    const best = records.findLast((record) => record.best);
    if (!best) throw new CtError('CT_INTERNAL', 'Expected a best epoch, no epoch had a score');
    return { records, best };
  } finally {
    await loader.close();
    await session.close();
  }
}

/** The steps of one epoch. */
async function trainEpoch(
  { data, recipe, signal, onProgress }: TrainOptions,
  session: TrainingSession,
  loader: SampleLoader,
  epoch: number,
  averageBefore: Map<string, NamedTensor> | undefined,
) {
  const batches = Math.floor(countDrawn(data.train, recipe.sampling) / recipe.batchSize);
  const started = performance.now();
  loader.takeWaited();
  let average = averageBefore;
  let [done, loss, classification, segmentation, learningRate] = [0, 0, 0, 0, 0];
  for await (const batch of loader.epoch({ epoch, shuffle: true, dropLast: true })) {
    signal?.throwIfAborted();
    const at = recipe.schedule.kind === 'one-cycle' ? epoch + done / batches : epoch;
    learningRate = learningRateAt(
      recipe.schedule,
      recipe.optimizer.learningRate,
      at,
      recipe.epochs,
    );
    const result = await session.run(batch, {
      learningRate,
      labelSmoothing: recipe.loss.labelSmoothing,
      seed: recipe.seed ^ Math.imul(session.steps + 1, 0x9e3779b1),
    });
    if (!Number.isFinite(result.loss)) {
      throw new TrainerError(
        'TRAIN_DIVERGED',
        `The loss became ${result.loss} in epoch ${epoch + 1}, step ${done + 1}: lower optimizer.learningRate in a new run (now ${recipe.optimizer.learningRate})${epoch > 0 ? `. The checkpoint after epoch ${epoch} is good` : ''}`,
      );
    }
    if (recipe.averaging > 0) average = blendWeights(average, session.weights(), recipe.averaging);
    done++;
    loss += result.loss;
    classification += result.classificationLoss;
    segmentation += result.segmentationLoss;
    const seconds = (performance.now() - started) / 1000;
    onProgress?.({
      phase: 'train',
      epoch,
      done,
      total: batches,
      loss: loss / done,
      imagesPerSecond: (done * recipe.batchSize) / seconds,
    });
  }
  const seconds = (performance.now() - started) / 1000;
  return {
    average,
    learningRate,
    loss: loss / done,
    parts: { classification: classification / done, segmentation: segmentation / done },
    seconds,
    imagesPerSecond: (done * recipe.batchSize) / seconds,
    waitingShare: loader.takeWaited() / 1000 / seconds,
  };
}

/** Scores the validation split with the weights exported as a server would run them. */
async function validate(
  { data, recipe, signal, onProgress, engine: { threads } }: TrainOptions,
  model: JcsConfig,
  weights: NamedTensors,
  load: { root: string; crop: 'none' | 'chest' },
  epoch: number,
  loss: number,
): Promise<Evaluation> {
  const bytes = exportJcs([{ config: model, weights }], {
    name: 'validation',
    version: '0',
    trained: true,
    threshold: 0.5,
    temperature: 1,
    trainingData: '',
    crop: load.crop,
  });
  const { segmentationOnly } = recipe.loss;
  const inference = await OnnxInference.create(bytes, threads === undefined ? {} : { threads });
  try {
    return await evaluate(inference, data.validation, {
      ...load,
      segmentationOnly,
      ...(signal ? { signal } : {}),
      onSample: (done) =>
        onProgress?.({
          phase: 'validate',
          epoch,
          done,
          total: data.validation.length,
          loss,
          imagesPerSecond: 0,
        }),
    });
  } finally {
    await inference.close();
  }
}

async function modelConfig(
  recipe: Recipe,
  samples: readonly TargetSample[],
  load: { root: string; crop: 'none' | 'chest' },
): Promise<JcsConfig> {
  const [mean, deviation] =
    recipe.normalisation === 'dataset' ? await measureGrey(samples, load) : recipe.normalisation;
  return { ...recipe.model, imageSize: recipe.imageSize, mean, deviation };
}

/** Each source's AUC as columns of the log. */
function sourceColumns({ bySource }: Evaluation): Record<string, number | null> {
  return Object.fromEntries(
    Object.entries(bySource).flatMap(([source, { probability, lesionEvidence }]) => [
      [`auc ${source}`, probability],
      [`auc of lesion evidence ${source}`, lesionEvidence],
    ]),
  );
}

function needsLungs({ augmentation: { lungsOnly, paste }, loss }: Recipe): boolean {
  return lungsOnly > 0 || paste > 0 || loss.nothingOutsideLungs;
}

function optimizerOf({ optimizer: { kind, weightDecay, epsilon } }: Recipe) {
  return kind === 'sgd' ? { kind, momentum: 0.9, weightDecay } : { kind, weightDecay, epsilon };
}

function requireSplit(name: string, samples: readonly TargetSample[]): void {
  if (samples.length === 0)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected ${name} samples, the dataset has none. "dataset split DIR --out DIR2" makes a split if there are enough patients and documents; "dataset extract … --whole figure" divides a single paper`,
    );
}
