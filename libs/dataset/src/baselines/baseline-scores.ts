import { CtError } from '@groundglass/core';
import { chooseThreshold, logLoss } from '@groundglass/metrics';
import type { FactsCache } from '../facts/facts-cache.js';
import type { FileFacts } from '../facts/file-facts.js';
import { readFacts } from '../facts/read-facts.js';
import type { FeaturesCache } from '../features/features-cache.js';
import { readFeatures, type FeatureOptions } from '../features/read-features.js';
import type { SliceFeatures } from '../features/slice-features.js';
import type { DatasetFiles } from '../files/dataset-files.js';
import type { TargetSample } from '../manifest/targets.js';
import { fitLogisticRegression } from './logistic-regression.js';

/** Classifiers that never see a lung, by their input. */
export const baselines = ['origin', 'grey', 'ring', 'masked', 'thumbnail'] as const;
export type Baseline = (typeof baselines)[number];

/** Each baseline's input, for display. */
export const baselineNames: Readonly<Record<Baseline, string>> = {
  origin: 'file format, colour mode and size',
  grey: 'twelve statistics of grey',
  ring: 'the outer ring of the picture',
  masked: 'the picture with its lungs filled',
  thumbnail: 'the thumbnail at 8 × 8',
};

/** A baseline's result for the measured samples. */
export interface BaselineScore {
  /** Probability of the positive label, by sample. */
  readonly probabilities: readonly number[];
  /** Chosen on the validation samples by Youden's J. */
  readonly threshold: number;
}

/** How the pictures are read. */
export interface BaselineOptions extends FeatureOptions {
  readonly facts?: FactsCache;
  readonly cache?: FeaturesCache;
}

/** Strengths of the penalty that validation chooses from. */
const penalties = [0.1, 1, 10, 100, 1000];

/**
 * What can be predicted without seeing a lung: logistic regressions on the file's origin, on grey statistics, on the picture's outer ring,
 * on the picture with its lungs filled, and on a thumbnail too small to show a lesion; fitted on the training samples, penalty and
 * threshold chosen on the validation samples. A model's score that is not clearly higher may depend on the picture's origin (DeGrave et al. 2021,
 * "AI for radiographic COVID-19 detection selects shortcuts over signal"; Maguolo and Nanni 2021, "A critic evaluation of methods for
 * COVID-19 automatic detection from X-ray images").
 *
 * @throws {CtError} `CT_BAD_DATASET` when a split has samples of one class only or a picture cannot be read, `CT_CANCELLED`.
 */
export async function baselineScores(
  files: DatasetFiles,
  splits: {
    readonly train: readonly TargetSample[];
    readonly validation: readonly TargetSample[];
    readonly measured: readonly TargetSample[];
  },
  options: BaselineOptions = {},
): Promise<Record<Baseline, BaselineScore>> {
  const groups = [splits.train, splits.validation, splits.measured] as const;
  for (const [i, name] of ['training', 'validation', 'measured'].entries()) {
    if (new Set(groups[i]!.map(({ target }) => target)).size < 2)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected both classes among the ${name} samples for the baselines`,
      );
  }
  const samples = groups.flat();
  const facts = await factsOf(files, samples, options);
  const features = await readFeatures(files, samples, options);
  const rows = samples.map((sample, i) => {
    const found = features[i];
    if (!found)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected a readable picture "${sample.path}" for the baselines`,
      );
    return featureRow(facts[i]!, found);
  });
  const targets = samples.map(({ target }) => target);
  const [trainEnd, validationEnd] = [
    splits.train.length,
    splits.train.length + splits.validation.length,
  ];
  const scores = baselines.map((baseline) => {
    const values = rows.map((row) => row[baseline]);
    const part = <T>(list: readonly T[]) =>
      [
        list.slice(0, trainEnd),
        list.slice(trainEnd, validationEnd),
        list.slice(validationEnd),
      ] as const;
    const [fitting, choosing, measuring] = part(values);
    const [fittingTargets, choosingTargets] = part<number>(targets);
    const fits = penalties.map((penalty) => {
      const { predict } = fitLogisticRegression(fitting, fittingTargets, penalty);
      const probabilities = choosing.map(predict);
      return { predict, probabilities, loss: logLoss(choosingTargets, probabilities) };
    });
    const best = fits.reduce((a, b) => (b.loss < a.loss ? b : a));
    const { threshold } = chooseThreshold(choosingTargets, best.probabilities, { kind: 'youden' });
    return [baseline, { probabilities: measuring.map(best.predict), threshold }] as const;
  });
  return Object.fromEntries(scores) as unknown as Record<Baseline, BaselineScore>;
}

async function factsOf(
  files: DatasetFiles,
  samples: readonly TargetSample[],
  { facts: cache, reader, signal, onProgress }: BaselineOptions,
): Promise<FileFacts[]> {
  const known = new Map<string, FileFacts>();
  for (const { path } of samples) {
    if (known.has(path)) continue;
    const stat = await files.stat(path);
    const found = stat && (await readFacts(files, path, stat, { cache, reader, signal }));
    if (!found || 'problem' in found)
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected a readable picture "${path}" for the baselines${found ? `: ${found.problem}` : ', there is no such file'}`,
      );
    known.set(path, found);
    onProgress?.({ phase: 'baselines', done: known.size, total: samples.length });
  }
  return samples.map(({ path }) => known.get(path)!);
}

function featureRow(
  { format, channels, depth, columns, rows, unit }: FileFacts,
  { grey, ring, masked, thumbnail }: SliceFeatures,
): Record<Baseline, number[]> {
  const isOne = (condition: boolean) => (condition ? 1 : 0);
  return {
    origin: [
      isOne(format === 'jpeg'),
      isOne(format === 'png'),
      isOne(unit === 'HU'),
      ...[1, 2, 3, 4].map((count) => isOne(channels === count)),
      isOne(format === 'jpeg' && channels === 1),
      isOne(depth === 16),
      Math.log(columns),
      Math.log(rows),
      Math.log(columns / rows),
    ],
    grey: [...grey],
    ring: [...ring],
    masked: [...masked],
    thumbnail: [...thumbnail],
  };
}
