import { withTargets, type Dataset } from '@groundglass/dataset';
import type { OnnxInference } from '@groundglass/nn';
import { nodeFiles } from '@groundglass/dataset/node';
import { allowsBaselines, measureBaselines } from '../datasets/measure-baselines.js';
import { picturePool } from '../datasets/picture-pool.js';
import type { DatasetResult } from './results/results.js';
import { evaluate } from './evaluate.js';
import { measure } from './measure.js';

/** How a dataset is measured. */
export interface DatasetOptions {
  /** `all` measures a dataset that was held out whole. */
  readonly split: string;
  readonly threshold: number;
  readonly crop: 'none' | 'chest';
  /** Also measure what classifiers reach that never see a lung. */
  readonly baselines: boolean;
  /** Called with a line to show while it runs, and with an empty one at the end. */
  readonly onCount: (text: string) => void;
}

/** Scores one split of a dataset with an exported model, and measures the scores. */
export async function evaluateDataset(
  model: OnnxInference,
  { manifest, root, samples: all }: Dataset,
  { split, threshold, crop, baselines: withBaselines, onCount }: DatasetOptions,
): Promise<DatasetResult> {
  const samples = withTargets(all, manifest);
  const chosen = samples.filter((sample) => split === 'all' || sample.split === split);
  const { scores } = await evaluate(model, chosen, {
    root,
    crop,
    lungs: true,
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
  return {
    name: manifest.name,
    split,
    samples: scores.length,
    all: measure(scores, threshold),
    ...(kept.length < scores.length
      ? {
          withoutContradictions: {
            dropped: scores.length - kept.length,
            ...measure(kept, threshold),
          },
        }
      : {}),
    ...(baselines ? { baselines } : {}),
  };
}
