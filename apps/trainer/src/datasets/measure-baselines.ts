import {
  baselines,
  baselineScores,
  type Baseline,
  type BaselineOptions,
  type DatasetFiles,
  type TargetSample,
} from '@groundglass/dataset';
import { measureLabels, type LabelMeasurement } from '../evaluation/measure.js';

/** The baselines' scores on the measured samples; results of earlier versions have fewer of them. */
export type MeasuredBaselines = Readonly<Partial<Record<Baseline, LabelMeasurement>>>;

/** Whether a dataset allows baselines: both classes for training, for choosing and for measuring. */
export function allowsBaselines(samples: readonly TargetSample[], split: string): boolean {
  return (
    split !== 'train' &&
    ['train', 'val', split].every(
      (name) =>
        new Set(samples.filter((sample) => sample.split === name).map(({ target }) => target))
          .size === 2,
    )
  );
}

/**
 * Fits the baselines on the training samples and measures them on a split, with the intervals of any other score.
 *
 * @throws {CtError} `CT_BAD_DATASET`, see `baselineScores`.
 */
export async function measureBaselines(
  files: DatasetFiles,
  samples: readonly TargetSample[],
  split: string,
  options: BaselineOptions = {},
): Promise<MeasuredBaselines> {
  const of = (name: string) => samples.filter((sample) => sample.split === name);
  const measured = of(split);
  const scores = await baselineScores(
    files,
    { train: of('train'), validation: of('val'), measured },
    options,
  );
  const targets = measured.map(({ target }) => target);
  const patients = measured.map(({ source, patient }) => `${source}/${patient}`);
  return Object.fromEntries(
    baselines.map((baseline) => {
      const { probabilities, threshold } = scores[baseline];
      return [baseline, measureLabels(targets, probabilities, patients, threshold)];
    }),
  );
}
