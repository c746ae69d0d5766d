import { CtError } from '@groundglass/core';
import { requireSlices, withTargets } from '@groundglass/dataset';
import type { Command } from 'commander';
import { allowsBaselines, measureBaselines } from '../datasets/measure-baselines.js';
import { openForWork } from '../datasets/open-for-work.js';
import { formatBaselines } from '../evaluation/results/results.js';
import { datasetProgress, stopAtInterrupt } from './dataset-progress.js';

/** `dataset baselines MANIFEST`. */
export function registerBaselines(dataset: Command): void {
  dataset
    .command('baselines')
    .description(
      'measures classifiers that never see a lung, fitted on train and scored on a split, with 95 % intervals',
    )
    .argument('<manifest>', 'the manifest, or the folder that holds it')
    .option('--split <name>', 'val or test', 'test')
    .option('--json', 'print JSON')
    .action(async (path: string, { split, json }: { split: string; json?: boolean }) => {
      const { dataset: opened, files, facts, features, reader, save } = await openForWork(path);
      requireSlices(opened.samples);
      const samples = withTargets(opened.samples, opened.manifest);
      if (!allowsBaselines(samples, split))
        throw new CtError(
          'CT_BAD_DATASET',
          `Expected samples with and without "${opened.manifest.positive}" in train, val and ${split}`,
        );
      const progress = datasetProgress();
      try {
        const measured = await measureBaselines(files, samples, split, {
          facts,
          cache: features,
          reader,
          signal: stopAtInterrupt(),
          onProgress: progress.show,
          onSave: save,
        });
        progress.close();
        console.log(
          json === true
            ? JSON.stringify(measured, undefined, 2)
            : [`${opened.manifest.name}, ${split}`, ...formatBaselines(measured)].join('\n'),
        );
      } finally {
        progress.close();
        await save();
      }
    });
}
