import { CtError, type DatasetSample } from '@groundglass/core';
import { leakKinds, type LeakKind } from '@groundglass/dataset';
import { Option, type Command } from 'commander';
import { resolve } from 'node:path';
import { checkData, type CheckedData } from '../datasets/check-data.js';
import { classNames } from '../datasets/class-names.js';
import { datasetNotes } from '../datasets/dataset-notes.js';
import { combineDatasets } from '../datasets/combine-datasets.js';
import { openDatasets } from '../datasets/open-datasets.js';
import { lockRun } from '../run/run-lock.js';
import { openTrackers } from '../run/run-trackers.js';
import { checkSources } from '../training/recipes/check-sources.js';
import { chooseRecipe } from '../training/recipes/choose-recipe.js';
import { recipes } from '../training/recipes/recipes.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { train, type TrainResult } from '../training/train.js';
import { readStart, startWeights, type StartWeights } from '../weights/start-weights.js';
import { readEngineOptions, withEngineOptions, type EngineFlags } from './engine-options.js';
import { progressReporter } from './progress.js';
import { wholeNumber } from './whole-number.js';

interface TrainCommandOptions extends EngineFlags {
  readonly recipe?: string;
  readonly data: readonly string[];
  readonly out: string;
  readonly init?: readonly string[];
  readonly set: readonly string[];
  readonly epochs?: string;
  readonly allowLeaks: readonly LeakKind[];
}

/** `train --recipe NAME --data MANIFEST --out FOLDER`. */
export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('trains the run in the folder --out, or continues it')
    .option(
      '--recipe <name>',
      `${Object.keys(recipes).join(', ')}, or a JSON file (default: fast for a new run, its own for one that continues)`,
    )
    .requiredOption('--data <manifest...>', 'one or more dataset manifests')
    .requiredOption('--out <folder>', 'the run’s folder')
    .option(
      '--init <weights...>',
      'safetensors to start from: another run’s best.safetensors, or a backbone’s with torchvision’s names; later files add what earlier ones lack',
    )
    .option(
      '--set <key=value...>',
      'changes settings of the recipe, such as --set epochs=5 optimizer.learningRate=0.001',
      [],
    )
    .option('--epochs <n>', 'total epochs; a larger number extends a run that continues')
    .addOption(
      new Option(
        '--allow-leaks <kind...>',
        'train even if a picture, patient or document is in two splits, as in a published split',
      )
        .choices(leakKinds)
        .default([]),
    );
  withEngineOptions(command).action(async (options: TrainCommandOptions) => {
    const run = new RunFolder(resolve(options.out));
    await run.create();
    const release = await lockRun(run.path);
    try {
      await trainRun(run, options);
    } finally {
      await release();
    }
  });
}

async function trainRun(run: RunFolder, options: TrainCommandOptions): Promise<void> {
  const { epochs, recipe: name, set } = options;
  const recipe = await chooseRecipe(
    {
      recipe: name,
      set,
      epochs: epochs === undefined ? undefined : wholeNumber('--epochs', epochs, 1),
    },
    run,
  );
  const datasets = await openDatasets(options.data);
  const data = combineDatasets(datasets);
  const { root, samples } = data;
  const idle = checkSources(recipe, samples);
  if (idle.length > 0)
    console.error(
      `The recipe ${recipe.name} names sources that the data lacks: ${idle.join(', ')}`,
    );
  const checked = await checkData(data, recipe, run, options.allowLeaks);
  const starts = await Promise.all((options.init ?? []).map(readStart));
  const weights = startWeights(starts, recipe, (line) => {
    console.error(line);
  });
  if (!run.started) {
    if (!weights)
      console.error(
        `Training ${recipe.model.backbone} from random weights; --init starts from pretrained ones, which groundglass-trainer fetch-weights downloads.`,
      );
    await run.replace(
      'inputs.json',
      inputsText(samples, starts, {
        ...checked,
        labels: classNames(datasets, (line) => {
          console.error(line);
        }),
        datasets: datasetNotes(datasets),
      }),
    );
  }
  const stop = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping; the same command continues from the last whole epoch.');
    stop.abort(new CtError('CT_CANCELLED', 'Stopped by Ctrl+C'));
  });
  const reporter = progressReporter(recipe.epochs);
  const trackers = await openTrackers(run, recipe, process.env, (line) => {
    console.error(line);
  });
  let status: 'FINISHED' | 'FAILED' | 'KILLED' = 'FAILED';
  try {
    const result = await train({
      data: {
        root,
        train: samples.filter(({ split }) => split === 'train'),
        validation: samples.filter(({ split }) => split === 'val'),
      },
      recipe,
      run,
      ...readEngineOptions(options),
      signal: stop.signal,
      onProgress: reporter.show,
      onEpoch: trackers.epoch,
      ...(weights ? { weights } : {}),
    });
    status = 'FINISHED';
    reporter.close();
    printSummary(result);
  } finally {
    reporter.close();
    await trackers.end(stop.signal.aborted ? 'KILLED' : status);
  }
}

/** The inputs of the run, for its model card. */
function inputsText(
  samples: readonly DatasetSample[],
  [start, ...others]: readonly StartWeights[],
  noted: CheckedData & Pick<RunInputs, 'datasets' | 'labels'>,
): string {
  const counts: Record<string, Record<string, number>> = {};
  for (const { source, split } of samples) {
    const bySplit = (counts[source] ??= {});
    bySplit[split] = (bySplit[split] ?? 0) + 1;
  }
  const inputs: RunInputs = {
    ...noted,
    samples: counts,
    ...(start ? { start: { file: start.file, sha256: start.sha256 } } : {}),
    ...(others.length > 0
      ? { alsoFrom: others.map(({ file, sha256 }) => ({ file, sha256 })) }
      : {}),
  };
  return `${JSON.stringify(inputs, undefined, 2)}\n`;
}

function printSummary({ records, best }: TrainResult): void {
  const { auc, dice, accuracy } = best.validation;
  const show = (value: number | null | undefined) => value?.toFixed(3) ?? '–';
  console.log(
    `Best of ${records.length} epochs: ${best.epoch + 1}, validation AUC ${show(auc)}, accuracy ${show(accuracy)}, Dice ${show(dice)}`,
  );
}
