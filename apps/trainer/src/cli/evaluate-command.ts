import { CtError, readScoringRule } from '@groundglass/core';
import { replaceFile } from '@groundglass/dataset/disk';
import {
  leakKinds,
  manifestName,
  withTargets,
  type Dataset,
  type LeakKind,
} from '@groundglass/dataset';
import { OnnxInference, readOnnx } from '@groundglass/nn';
import { Option, type Command } from 'commander';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { checkMeasured } from '../datasets/check-data.js';
import { combineDatasets } from '../datasets/combine-datasets.js';
import { openDatasets } from '../datasets/open-datasets.js';
import { formatResults, type DatasetResult, type Results } from '../evaluation/results/results.js';
import { RunFolder } from '../run/run-folder.js';
import { evaluateDataset } from '../evaluation/evaluate-dataset.js';
import { patientsCsv, type PatientScore } from '../evaluation/measure-patients.js';
import { PredictionsFile } from '../evaluation/predictions-file.js';
import { measureRobustness, type Robustness } from '../evaluation/robustness.js';
import { scoreSeries, type SeriesScore } from '../evaluation/score-series.js';
import { showCount } from './progress.js';
import { TrainerError } from '../errors.js';

interface EvaluateOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly split: string;
  readonly threshold?: string;
  readonly whole: readonly string[];
  readonly series: readonly string[];
  readonly robustness?: string;
  readonly baselines: boolean;
  readonly allowLeaks: readonly LeakKind[];
  readonly predictions: readonly string[];
  readonly patients?: string;
  readonly run?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `evaluate --model models/groundglass/1 --data FOLDER`. */
export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'measures an exported model on a split: accuracy, F1 and AUC with 95 % intervals, calibration, Dice, and for comparison what shortcuts alone reach',
    )
    .requiredOption('--model <path>', 'model.onnx, or the folder that holds it')
    .requiredOption(
      '--data <path...>',
      'dataset manifests, or folders of COVID-CT, COVID-Seg, LUNA16 or MosMedData slices as published; each is measured separately',
    )
    .option('--split <name>', 'train, val or test', 'test')
    .option('--threshold <p>', 'decision threshold (default: the model’s own)')
    .option('--whole <path...>', 'datasets to measure whole, ignoring their splits', [])
    .option('--series <folder...>', 'folders of DICOM files, whose series are scored', [])
    .option(
      '--robustness <pictures>',
      'count the labels that harmless changes flip, on this many pictures of the first dataset’s validation split',
    )
    .option('--no-baselines', 'skip the baselines')
    .addOption(
      new Option(
        '--allow-leaks <kind...>',
        'measure even if a picture, patient or document is in two splits',
      )
        .choices(leakKinds)
        .default([]),
    )
    .option(
      '--predictions <file...>',
      'also write results files (NAME.predictions.jsonl) with one row per picture; one file for each dataset of --data and --whole, in their order. Pictures that a file already holds are not scored again',
      [],
    )
    .option('--patients <file>', 'also write a CSV of patients: mean and largest probability')
    .option('--run <folder>', 'the run whose ledger records a look at a test split')
    .option('--out <file>', 'also write the results as JSON')
    .option('--json', 'print JSON instead of the table')
    .action((options: EvaluateOptions) => evaluateModel(options));
}

async function evaluateModel(options: EvaluateOptions): Promise<void> {
  const inside = join(options.model, 'model.onnx');
  const bytes = await readFile(existsSync(inside) ? inside : options.model).catch(
    (error: unknown) => {
      throw new CtError('CT_MODEL_NOT_FOUND', `Expected a model in "${options.model}"`, {
        cause: error,
      });
    },
  );
  const { metadata } = readOnnx(bytes);
  const threshold = Number(options.threshold ?? metadata.get('threshold') ?? 0.5);
  if (!(threshold >= 0 && threshold <= 1))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected a threshold from 0 to 1, got "${options.threshold ?? ''}"`,
    );
  const datasets = await openDatasets(options.data);
  checkMeasured(combineDatasets(datasets), options.allowLeaks);
  for (const { manifest, samples } of datasets) {
    if (!samples.some(({ split }) => split === options.split))
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected samples of the split "${options.split}", ${manifest.name} has none`,
      );
  }
  const whole = await openDatasets(options.whole);
  const all = [...datasets, ...whole];
  const { predictions } = options;
  if (predictions.length > 0 && predictions.length !== all.length)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected a file of --predictions for each of ${all.length} datasets, got ${predictions.length}`,
    );
  if (new Set(predictions.map((file) => resolve(file))).size < predictions.length)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      'Expected another file of --predictions for each dataset, one is named twice',
    );
  const tried = options.robustness === undefined ? 0 : Number(options.robustness);
  if (!(Number.isInteger(tried) && tried >= 0))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected --robustness with a number of pictures, got "${options.robustness ?? ''}"`,
    );
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const model = await OnnxInference.create(bytes);
  try {
    const rule = { ...readScoringRule((name) => metadata.get(name)), threshold };
    const { crop } = rule;
    const paths = [...options.data, ...options.whole];
    const measured: DatasetResult[] = [];
    const patients: { name: string; patients: readonly PatientScore[] }[] = [];
    for (const [i, dataset] of all.entries()) {
      const split = i < datasets.length ? options.split : 'all';
      const file = predictions[i];
      const evaluated = await evaluateDataset(model, dataset, {
        split,
        threshold,
        crop,
        baselines: options.baselines,
        ...(file === undefined
          ? {}
          : {
              store: await PredictionsFile.open(file, dataset.root, {
                model: {
                  name: metadata.get('name') ?? 'model',
                  version: metadata.get('version') ?? '0',
                  sha256,
                },
                labels: [...rule.labels],
                positive: rule.labels[1],
                threshold,
                manifest: {
                  name: dataset.manifest.name,
                  ...manifestBeside(paths[i]!, file),
                },
              }),
            }),
        onCount: showCount,
      });
      const { result } = evaluated;
      if (split === 'test') await noteLook(options.run, result, sha256);
      measured.push(result);
      patients.push({ name: result.name, patients: evaluated.patients });
    }
    if (options.patients !== undefined) await replaceFile(options.patients, patientsCsv(patients));
    const robustness =
      tried > 0 ? [await tryChanges(model, datasets[0]!, tried, { threshold, crop })] : [];
    const series: SeriesScore[] = [];
    for (const folder of options.series) {
      const onSlice = (done: number) => {
        showCount(`${folder}: ${done}`);
      };
      series.push(...(await scoreSeries(model, folder, rule, onSlice)));
      showCount('');
    }
    const results: Results = {
      command: ['groundglass-trainer', ...process.argv.slice(2)]
        .filter((part, i, all) => part !== '--out' && all[i - 1] !== '--out')
        .join(' '),
      model: { sha256, metadata: Object.fromEntries(metadata) },
      datasets: measured,
      ...(robustness.length > 0 ? { robustness } : {}),
      ...(series.length > 0 ? { series } : {}),
    };
    const text = JSON.stringify(results, undefined, 2);
    if (options.out !== undefined) await replaceFile(options.out, `${text}\n`);
    console.log(options.json === true ? text : formatResults(results));
  } finally {
    await model.close();
  }
}

/** Path of a dataset's manifest, relative to its results file; nothing for a published folder without one. */
function manifestBeside(data: string, file: string): { path?: string } {
  const manifest = basename(data) === manifestName ? data : join(data, manifestName);
  if (!existsSync(manifest)) return {};
  return {
    path: relative(dirname(resolve(file)), resolve(manifest))
      .split(sep)
      .join('/'),
  };
}

async function tryChanges(
  model: OnnxInference,
  { manifest, root, samples }: Dataset,
  pictures: number,
  rule: { readonly threshold: number; readonly crop: 'none' | 'chest' },
): Promise<Robustness> {
  const validation = withTargets(samples, manifest).filter(({ split }) => split === 'val');
  if (validation.length === 0)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected samples of the split "val" for --robustness, ${manifest.name} has none`,
    );
  const result = await measureRobustness(model, validation, {
    ...rule,
    dataset: manifest.name,
    root,
    pictures,
    onPicture: (done) => {
      showCount(`changes: ${done}/${pictures}`);
    },
  });
  showCount('');
  return result;
}

/** Records each look at a test split: a number chosen by looking is no measurement. */
async function noteLook(
  run: string | undefined,
  { name, samples, all: { labels, masks } }: DatasetResult,
  sha256: string,
): Promise<void> {
  if (run === undefined) return;
  await new RunFolder(run).appendLedger({
    time: new Date().toISOString(),
    dataset: name,
    split: 'test',
    samples,
    sha256,
    metrics: {
      accuracy: labels?.accuracy.value ?? null,
      f1: labels?.f1.value ?? null,
      auc: labels?.auc.value ?? null,
      dice: masks?.mean ?? null,
    },
  });
}
