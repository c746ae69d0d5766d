import { withTargets, type Dataset } from '@groundglass/dataset';
import type { OnnxInference } from '@groundglass/nn';
import { nodeFiles } from '@groundglass/dataset/node';
import { allowsBaselines, measureBaselines } from '../datasets/measure-baselines.js';
import { picturePool } from '../datasets/picture-pool.js';
import type { DatasetResult } from './results/results.js';
import { evaluate, type SampleScore, type ScoreStore } from './evaluate.js';
import { measurePatients, scorePatients, type PatientScore } from './measure-patients.js';
import { measure } from './measure.js';

/** Measurement settings of a dataset. */
export interface DatasetOptions {
  /** `all` measures a dataset that was held out whole. */
  readonly split: string;
  readonly threshold: number;
  readonly crop: 'none' | 'chest';
  /** Also measure classifiers that never see a lung. */
  readonly baselines: boolean;
  /** Stores the scores of the samples. */
  readonly store?: ScoreStore;
  /** Called with a line to show while it runs, and with an empty one at the end. */
  readonly onCount: (text: string) => void;
}

/** A measured dataset, with the scores of its patients. */
export interface EvaluatedDataset {
  readonly result: DatasetResult;
  readonly patients: readonly PatientScore[];
}

/** Scores one split of a dataset with an exported model, and measures the scores. */
export async function evaluateDataset(
  model: OnnxInference,
  { manifest, root, samples: all }: Dataset,
  { split, threshold, crop, baselines: withBaselines, store, onCount }: DatasetOptions,
): Promise<EvaluatedDataset> {
  const samples = withTargets(all, manifest);
  const chosen = samples.filter((sample) => split === 'all' || sample.split === split);
  const { scores } = await evaluate(model, chosen, {
    root,
    crop,
    lungs: true,
    verdicts: true,
    ...(store ? { store } : {}),
    onSample: (done) => {
      onCount(`${manifest.name}: ${done}/${chosen.length}`);
    },
  });
  const kept = scores.filter(({ sample }) => sample.meta?.contradicts === undefined);
  const baselines =
    withBaselines && allowsBaselines(samples, split)
      ? await measureBaselines(await nodeFiles(root), samples, split, {
          reader: picturePool(root),
          onProgress: ({ done, total }) => {
            onCount(`baselines: ${done}/${total ?? '?'}`);
          },
        })
      : undefined;
  onCount('');
  const byPatient = measurePatients(scores);
  const result: DatasetResult = {
    name: manifest.name,
    split,
    samples: scores.length,
    withheld: countWithheld(scores),
    all: measure(scores, threshold),
    ...(kept.length < scores.length
      ? {
          withoutContradictions: {
            dropped: scores.length - kept.length,
            ...measure(kept, threshold),
          },
        }
      : {}),
    ...(byPatient ? { patients: byPatient } : {}),
    ...(baselines ? { baselines } : {}),
  };
  return { result, patients: scorePatients(scores) };
}

/** Number of pictures without a verdict by reason; one picture may have several. */
function countWithheld(scores: readonly SampleScore[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { verdict } of scores)
    for (const code of verdict?.withheld ?? []) counts[code] = (counts[code] ?? 0) + 1;
  const pictures = scores.filter(({ verdict }) => (verdict?.withheld.length ?? 0) > 0).length;
  return { pictures, ...counts };
}
