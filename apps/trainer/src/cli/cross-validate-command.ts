import { CtError, type DatasetSample } from '@groundglass/core';
import { replaceFile } from '@groundglass/dataset/disk';
import {
  foldDataset,
  parseResults,
  refuseLeaks,
  requireBothClasses,
  requireSlices,
  resultLine,
  resultsHeaderLine,
  sampleKey,
  wholeGroups,
  type Dataset,
  type TargetSample,
} from '@groundglass/dataset';
import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  foldRecordSchema,
  planSchema,
  type FoldRecord,
  type Plan,
} from '../cross-validation/fold-record.js';
import {
  formatCrossValidation,
  measurePooled,
  type PooledMeasurement,
} from '../cross-validation/pooled.js';
import { trainFold } from '../cross-validation/train-fold.js';
import { combineDatasets } from '../datasets/combine-datasets.js';
import { datasetNotes } from '../datasets/dataset-notes.js';
import { openDatasets } from '../datasets/open-datasets.js';
import { TrainerError } from '../errors.js';
import { fileHash } from '../evaluation/file-hash.js';
import { resultRow } from '../evaluation/predictions-file.js';
import { lockRun } from '../run/run-lock.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { checkSources } from '../training/recipes/check-sources.js';
import { newRecipe } from '../training/recipes/choose-recipe.js';
import { recipes } from '../training/recipes/recipes.js';
import { readStart, startWeights } from '../weights/start-weights.js';
import { findingGroups } from './finding-groups.js';
import { readEngineOptions, withEngineOptions, type EngineFlags } from './engine-options.js';
import { progressReporter, showCount } from './progress.js';
import { wholeNumber } from './whole-number.js';

interface CrossValidateOptions extends EngineFlags {
  readonly data: readonly string[];
  readonly out: string;
  readonly folds?: string;
  readonly seed?: string;
  readonly recipe?: string;
  readonly set: readonly string[];
  readonly epochs?: string;
  readonly init?: readonly string[];
  readonly findings?: string;
  readonly json?: boolean;
}

const files = {
  plan: 'cross-validation.json',
  folds: 'folds.jsonl',
  rows: 'out-of-fold.predictions.jsonl',
};

/** `cross-validate --data MANIFEST --out FOLDER`. */
export function registerCrossValidate(program: Command): void {
  const command = program
    .command('cross-validate')
    .description(
      'trains k networks, each scored on patients that it never saw, and measures all scores together; after a stop, the same command continues',
    )
    .requiredOption(
      '--data <manifest...>',
      'one or more dataset manifests; their splits are not used',
    )
    .requiredOption('--out <folder>', 'a run for each fold, and out-of-fold.predictions.jsonl')
    .option('--folds <k>', 'number of folds, from 3 (default: 5)')
    .option('--seed <n>', 'seed that draws the folds (default: 1)')
    .option('--recipe <name>', `${Object.keys(recipes).join(', ')}, or a JSON file (default: fast)`)
    .option('--set <key=value...>', 'changes settings of the recipe, as for train', [])
    .option('--epochs <n>', 'epochs of each fold')
    .option('--init <weights...>', 'safetensors that every fold starts from, as for train')
    .option('--findings <file>', 'an audit’s findings: copies and neighbours stay in one fold')
    .option('--json', 'print JSON instead of the table');
  withEngineOptions(command).action(async (options: CrossValidateOptions) => {
    const run = new RunFolder(resolve(options.out));
    await run.create();
    const release = await lockRun(run.path);
    try {
      await crossValidate(run, options);
    } finally {
      await release();
    }
  });
}

async function crossValidate(run: RunFolder, options: CrossValidateOptions): Promise<void> {
  const datasets = await openDatasets(options.data);
  const { root, samples, all } = combineDatasets(datasets);
  requireSlices(all);
  const starts = await Promise.all((options.init ?? []).map(readStart));
  const { plan, folds } = await planOf(run, options, datasets, samples, starts);
  const { recipe } = plan;
  checkFolds(folds, recipe.loss.segmentationOnly);
  const known = starts.find(({ metadata }) => metadata.config !== undefined);
  if (known)
    console.error(
      `Warning: "${known.file}" is a trained network. If it was trained on any of these pictures, the results here are too good.`,
    );
  const weights = startWeights(starts, recipe, (line) => {
    console.error(line);
  });
  if (!weights)
    console.error(
      `Training ${recipe.model.backbone} from random weights; --init starts from pretrained ones, which groundglass-trainer fetch-weights downloads.`,
    );
  const stop = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping; the same command continues from the last whole epoch.');
    stop.abort(new CtError('CT_CANCELLED', 'Stopped by Ctrl+C'));
  });
  const labels = labelsOf(datasets);
  const records = await readRecords(run);
  await beginRows(run, plan, datasets, labels);
  for (const [i, own] of folds.entries()) {
    const fold = i + 1;
    if (records.some((record) => record.fold === fold)) continue;
    console.error(`fold ${fold} of ${folds.length}`);
    const reporter = progressReporter(recipe.epochs);
    try {
      const { record, scores } = await trainFold({
        fold,
        samples: own,
        root,
        out: run.path,
        recipe,
        inputs: inputsOf(own, datasets, plan),
        weights,
        ...readEngineOptions(options),
        signal: stop.signal,
        onProgress: reporter.show,
        onTest: (done, total) => {
          showCount(`fold ${fold}, scoring ${done}/${total}`);
        },
      });
      showCount('');
      const lines: string[] = [];
      for (const score of scores) {
        const hash = await fileHash(resolve(root, score.sample.path));
        lines.push(resultLine(resultRow(score, hash, { ...labels, threshold: record.threshold })));
      }
      await appendFile(run.file(files.rows), lines.join(''));
      await appendFile(run.file(files.folds), `${JSON.stringify(record)}\n`);
      records.push(record);
      // A fold with both classes; the last one is measured below.
      if (records.length < folds.length && records.some(({ auc }) => auc !== null))
        await measureFolds(run, plan, samples, folds, records);
    } finally {
      reporter.close();
    }
  }
  const results = await measureFolds(run, plan, samples, folds, records);
  console.log(
    options.json === true
      ? JSON.stringify(results, undefined, 2)
      : formatCrossValidation(results.folds, results.pooled),
  );
}

/** `results.json`: the finished folds. */
interface CrossValidationResults {
  readonly command: string;
  readonly plan: Plan;
  readonly folds: readonly FoldRecord[];
  readonly pooled: PooledMeasurement;
}

/** Measures the finished folds, and writes `results.json`. */
async function measureFolds(
  run: RunFolder,
  plan: Plan,
  samples: readonly TargetSample[],
  folds: readonly (readonly TargetSample[])[],
  done: readonly FoldRecord[],
): Promise<CrossValidationResults> {
  const { rows } = parseResults(await readFile(run.file(files.rows), 'utf8'), files.rows);
  const records = [...done].sort((a, b) => a.fold - b.fold);
  const thresholds = new Map(
    records.flatMap(({ fold, threshold }) =>
      folds[fold - 1]!.filter(({ split }) => split === 'test').map(
        (sample) => [sampleKey(sample), threshold] as const,
      ),
    ),
  );
  const results = {
    command: ['groundglass-trainer', ...process.argv.slice(2)].join(' '),
    plan,
    folds: records,
    pooled: measurePooled(samples, rows, thresholds, records),
  };
  await run.replace('results.json', `${JSON.stringify(results, undefined, 2)}\n`);
  return results;
}

/** The settings of the cross-validation, kept in the folder, so that a resumed command need not repeat and cannot change them. */
async function planOf(
  run: RunFolder,
  options: CrossValidateOptions,
  datasets: readonly Dataset[],
  samples: readonly TargetSample[],
  starts: Plan['start'],
): Promise<{ plan: Plan; folds: TargetSample[][] }> {
  const before = run.has(files.plan) ? planSchema.parse(await run.readJson(files.plan)) : undefined;
  const epochs =
    options.epochs === undefined ? undefined : wholeNumber('--epochs', options.epochs, 1);
  const isChanged = options.recipe !== undefined || options.set.length > 0 || epochs !== undefined;
  const recipe =
    before && !isChanged
      ? before.recipe
      : await newRecipe({ recipe: options.recipe, set: options.set, epochs });
  const idle = checkSources(recipe, samples);
  if (idle.length > 0)
    console.error(
      `The recipe ${recipe.name} names sources that the data lacks: ${idle.join(', ')}`,
    );
  const count =
    options.folds === undefined ? (before?.folds ?? 5) : wholeNumber('--folds', options.folds, 3);
  const seed =
    options.seed === undefined ? (before?.seed ?? 1) : wholeNumber('--seed', options.seed, 0);
  const together = await togetherOf(options.findings, datasets, samples);
  const folds = foldsOf(samples, count, { seed, together });
  const plan: Plan = {
    folds: count,
    seed,
    data: foldsHash(folds),
    together: hashOf(JSON.stringify(together)),
    recipe,
    start: starts.map(({ file, sha256 }) => ({ file, sha256 })),
  };
  if (!before) {
    sayUnits(samples, together, options.findings);
    await run.replace(files.plan, `${JSON.stringify(plan, undefined, 2)}\n`);
    return { plan, folds };
  }
  const names: Record<keyof Plan, string> = {
    folds: '--folds',
    seed: '--seed',
    together: '--findings',
    data: '--data',
    recipe: 'recipe',
    start: '--init',
  };
  for (const key of Object.keys(names) as (keyof Plan)[])
    if (JSON.stringify(before[key]) !== JSON.stringify(plan[key]))
      throw new TrainerError(
        'TRAIN_BAD_OPTION',
        `Expected the ${names[key]} that ${run.path} was started with (its ${files.plan}), got another: start a new cross-validation with another --out`,
      );
  return { plan, folds };
}

function foldsOf(
  samples: readonly TargetSample[],
  count: number,
  options: { seed: number; together: readonly (readonly number[])[] },
): TargetSample[][] {
  try {
    return foldDataset(samples, count, options).map((fold) =>
      fold.map(({ split }, i): TargetSample => ({ ...samples[i]!, split })),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new TrainerError('TRAIN_BAD_OPTION', error.message, { cause: error });
  }
}

/** A patient, document or picture in two parts would inflate every score; a part of one class measures nothing. */
function checkFolds(
  folds: readonly (readonly TargetSample[])[],
  masksOnly: readonly string[],
): void {
  for (const [i, fold] of folds.entries()) {
    refuseLeaks(fold);
    for (const [split, part] of [
      ['train', 'training'],
      ['val', 'validation'],
    ] as const)
      requireBothClasses(
        `${part} part of fold ${i + 1}`,
        fold.filter((sample) => sample.split === split),
        masksOnly,
      );
  }
}

/** Reports what the folds keep whole, and what they cannot know. */
function sayUnits(
  samples: readonly TargetSample[],
  together: readonly (readonly number[])[],
  findings: string | undefined,
): void {
  const groups = wholeGroups(samples, together).length;
  console.error(
    `${samples.length} pictures in ${groups} groups that are kept whole: patients, documents, series and identical pictures.`,
  );
  if (groups === samples.length)
    console.error(
      'Warning: each picture counts as its own patient. If patients have several pictures, the dataset must name them (dataset import --join), or the folds leak.',
    );
  if (findings === undefined)
    console.error(
      'Cropped or re-encoded copies are not detected: "dataset audit", then --findings, keeps them in one fold.',
    );
}

async function togetherOf(
  file: string | undefined,
  datasets: readonly Dataset[],
  samples: readonly TargetSample[],
): Promise<number[][]> {
  if (file === undefined) return [];
  if (datasets.length !== 1)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected one dataset with --findings, got ${datasets.length}: findings name the rows of one manifest`,
    );
  const place = new Map(samples.map((sample, i) => [sampleKey(sample), i]));
  const groups = await findingGroups(file, datasets[0]!);
  return groups.map((group) =>
    group.flatMap((i) => place.get(sampleKey(datasets[0]!.samples[i]!)) ?? []),
  );
}

function labelsOf(datasets: readonly Dataset[]): { labels: string[]; positive: string } {
  const { labels, positive } = datasets[0]!.manifest;
  return { labels: [...labels], positive };
}

/** Starts the file of rows, or drops the half row that a kill left. */
async function beginRows(
  run: RunFolder,
  { recipe, folds }: Plan,
  datasets: readonly Dataset[],
  labels: { labels: string[]; positive: string },
): Promise<void> {
  if (run.has(files.rows)) {
    const text = await readFile(run.file(files.rows), 'utf8');
    await run.replace(files.rows, text.slice(0, text.lastIndexOf('\n') + 1));
    if (text.includes('\n')) return;
  }
  const header = resultsHeaderLine({
    model: { name: `${recipe.name}-cross-validation`, version: `${folds}-folds`, sha256: null },
    ...labels,
    // Each fold has its own.
    threshold: null,
    manifest: datasets.length === 1 ? { name: datasets[0]!.manifest.name } : null,
    time: new Date().toISOString(),
  });
  await replaceFile(run.file(files.rows), header);
}

async function readRecords(run: RunFolder): Promise<FoldRecord[]> {
  if (!run.has(files.folds)) return [];
  const text = await readFile(run.file(files.folds), 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  await run.replace(files.folds, whole);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => foldRecordSchema.parse(JSON.parse(line)));
}

function inputsOf(
  samples: readonly DatasetSample[],
  datasets: readonly Dataset[],
  { start: [start], data }: Plan,
): RunInputs {
  const counts: Record<string, Record<string, number>> = {};
  for (const { source, split } of samples) {
    const bySplit = (counts[source] ??= {});
    bySplit[split] = (bySplit[split] ?? 0) + 1;
  }
  return {
    samples: counts,
    datasets: datasetNotes(datasets),
    note: `A fold of ${data.slice(0, 12)}.`,
    ...(start ? { start } : {}),
  };
}

/** Identifies an assignment of samples to folds. */
function foldsHash(folds: readonly (readonly TargetSample[])[]): string {
  const lines = folds.flatMap((fold, i) =>
    fold
      .filter(({ split }) => split === 'test')
      .map((sample) =>
        JSON.stringify([
          i,
          sampleKey(sample),
          sample.pixelHash ?? sample.sha256 ?? null,
          sample.target,
          sample.mask ?? null,
        ]),
      ),
  );
  return hashOf(lines.sort().join('\n'));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
