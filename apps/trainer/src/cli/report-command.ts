import { replaceFile } from '@groundglass/dataset/disk';
import type { Command } from 'commander';
import { join } from 'node:path';
import { writeReport } from '../run/report/write-report.js';
import { trainingCurves } from '../run/report/training-curves.js';
import { RunFolder } from '../run/run-folder.js';
import { TrainerError } from '../errors.js';

/** `report --run FOLDER [--svg FOLDER]`. */
export function registerReport(program: Command): void {
  program
    .command('report')
    .description('writes a run’s report.html again, and optionally its curves as SVG files')
    .requiredOption('--run <folder>', 'the run')
    .option('--svg <folder>', 'where training-loss.svg and validation.svg go')
    .action(async ({ run: path, svg }: { run: string; svg?: string }) => {
      const run = new RunFolder(path);
      if (!run.has('config.json'))
        throw new TrainerError('TRAIN_NO_RUN', `Expected a run in "${path}", there is none`);
      await writeReport(run);
      console.log(`Wrote ${run.file('report.html')}`);
      if (svg === undefined) return;
      const { loss, validation } = await trainingCurves(await run.log());
      await replaceFile(join(svg, 'training-loss.svg'), loss);
      await replaceFile(join(svg, 'validation.svg'), validation);
    });
}
