import {
  baselineNames,
  baselines,
  baselineScores,
  withTargets,
  type BaselineOptions,
  type DatasetFiles,
} from '@groundglass/dataset';
import { accuracy, confusionMatrixAt, rocAuc } from '@groundglass/metrics';
import type { Baseline } from '@groundglass/viewer/gallery-rows';
import type { LoadedDataset } from './load-dataset.js';

/** Extension of the file with a dataset's baselines, next to its audit. */
export const baselinesEnding = '.baselines.json';

/**
 * How well classifiers that never see a lung do on the test split: a model's score means nothing until it beats them.
 *
 * @throws {CtError} `CT_BAD_DATASET` when a split lacks a class or a picture cannot be read, `CT_CANCELLED`.
 */
export async function baselinesOf(
  files: DatasetFiles,
  { manifest, samples }: Pick<LoadedDataset, 'manifest' | 'samples'>,
  options: BaselineOptions,
): Promise<Baseline[]> {
  const targets = withTargets(samples, manifest);
  const of = (split: string) => targets.filter((sample) => sample.split === split);
  const measured = of('test');
  const scores = await baselineScores(
    files,
    { train: of('train'), validation: of('val'), measured },
    options,
  );
  const labels = measured.map(({ target }) => target);
  return baselines.map((baseline) => {
    const { probabilities, threshold } = scores[baseline];
    return {
      name: baselineNames[baseline],
      split: 'test',
      accuracy: accuracy(confusionMatrixAt(labels, probabilities, threshold)),
      auc: rocAuc(labels, probabilities),
    };
  });
}
