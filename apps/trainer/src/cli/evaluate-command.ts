import { CtError } from '@groundglass/core';
import { OnnxInference, readOnnxMetadata } from '@groundglass/nn';
import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { combineDatasets, type CombinedDataset } from '../dataset/combine-datasets.js';
import type { ImportedDataset } from '../dataset/import-report.js';
import { importCovidCt } from '../dataset/importers/covid-ct.js';
import { importCovidSeg } from '../dataset/importers/covid-seg.js';
import { manifestName, readManifest, type Dataset } from '../dataset/manifest-files.js';
import { RunFolder } from '../run/run-folder.js';
import { evaluate } from '../training/evaluate.js';
import { measure, type Measured, type Measurement } from '../training/measure.js';

interface EvaluateOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly split: string;
  readonly threshold?: string;
  readonly flip?: boolean;
  readonly run?: string;
  readonly json?: boolean;
}

/** `evaluate --model models/groundglass/1 --data FOLDER`. */
export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'measures an exported model on a split: accuracy, F1 and AUC of COVID with 95 % intervals, calibration, Dice',
    )
    .requiredOption('--model <path>', 'model.onnx, or the folder that holds it')
    .requiredOption(
      '--data <path...>',
      'dataset manifests, or folders of COVID-CT or of COVID-Seg slices as published',
    )
    .option('--split <name>', 'train, val or test', 'test')
    .option('--threshold <p>', 'decision threshold; the model’s own unless given')
    .option('--flip', 'score each picture and its mirror image, and take the mean')
    .option('--run <folder>', 'the run whose ledger notes a look at a test split')
    .option('--json', 'print JSON instead of the table')
    .action((options: EvaluateOptions) => evaluateModel(options));
}

async function evaluateModel(options: EvaluateOptions): Promise<void> {
  const file = existsSync(join(options.model, 'model.onnx'))
    ? join(options.model, 'model.onnx')
    : options.model;
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', `Expected a model in "${options.model}"`, {
      cause: error,
    });
  });
  const metadata = readOnnxMetadata(bytes);
  const threshold = Number(options.threshold ?? metadata.get('threshold') ?? 0.5);
  if (!(threshold >= 0 && threshold <= 1))
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected a threshold from 0 to 1, got "${options.threshold ?? ''}"`,
    );
  const data = await readData(options.data);
  const samples = data.samples.filter(({ split }) => split === options.split);
  if (samples.length === 0)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected samples of the split "${options.split}", ${data.name} has none`,
    );
  const model = await OnnxInference.create(bytes);
  try {
    const { scores } = await evaluate(model, samples, {
      root: data.root,
      crop: metadata.get('crop') === 'chest' ? 'chest' : 'none',
      flip: options.flip ?? false,
      onSample: (done) => {
        if (process.stderr.isTTY) process.stderr.write(`\r${done}/${samples.length}`);
      },
    });
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
    const all = measure(scores, threshold);
    const kept = scores.filter(({ sample }) => sample.meta?.contradicts === undefined);
    const withoutContradictions =
      kept.length < scores.length ? measure(kept, threshold) : undefined;
    if (options.split === 'test') await noteLook(options, data, bytes, all);
    if (options.json === true)
      console.log(
        JSON.stringify(
          { data: data.name, split: options.split, all, withoutContradictions },
          undefined,
          2,
        ),
      );
    else {
      console.log(`${data.name}, ${options.split}: ${format(all)}`);
      if (withoutContradictions) {
        console.log(
          `\nWithout ${scores.length - kept.length} pictures that the training set holds with the other label: ${format(withoutContradictions)}`,
        );
      }
    }
  } finally {
    await model.close();
  }
}

/** Each look at a test split is written down: a number chosen by looking is no measurement. */
async function noteLook(
  { run }: EvaluateOptions,
  data: CombinedDataset,
  model: Uint8Array,
  result: Measurement,
): Promise<void> {
  if (run === undefined) return;
  await new RunFolder(run).appendLedger({
    time: new Date().toISOString(),
    dataset: data.name,
    split: 'test',
    samples: result.samples,
    sha256: createHash('sha256').update(model).digest('hex'),
    metrics: {
      accuracy: result.accuracy.value,
      f1: result.f1.value,
      auc: result.auc?.value ?? null,
      dice: result.dice?.mean ?? null,
    },
  });
}

async function readData(paths: readonly string[]): Promise<CombinedDataset> {
  const datasets = await Promise.all(
    paths.map(async (path): Promise<Dataset> => {
      if (existsSync(join(path, manifestName)) || !existsSync(path) || path.endsWith('.json'))
        return readManifest(path);
      if (existsSync(join(path, 'Data-split'))) return asDataset(path, await importCovidCt(path));
      if (existsSync(join(path, 'test/lesion-masks')))
        return asDataset(path, await importCovidSeg(path));
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected a manifest, COVID-CT or COVID-Seg slices in "${path}"`,
      );
    }),
  );
  return combineDatasets(datasets);
}

async function asDataset(
  path: string,
  { manifest, samples, problems }: ImportedDataset,
): Promise<Dataset> {
  return { manifest, samples, problems, root: await realpath(path) };
}

function format({
  samples,
  positives,
  threshold,
  accuracy,
  f1,
  auc,
  sensitivity,
  specificity,
  ece,
  dice,
}: Measurement): string {
  const line = (name: string, measured: Measured | undefined) =>
    `  ${name.padEnd(12)} ${measured ? `${measured.value.toFixed(3)}  [${measured.lower.toFixed(3)}, ${measured.upper.toFixed(3)}]  ${measured.interval}` : '–'}`;
  return [
    `${samples} pictures, ${positives} COVID, threshold ${threshold.toFixed(3)}`,
    line('accuracy', accuracy),
    line('F1', f1),
    line('AUC', auc),
    line('sensitivity', sensitivity),
    line('specificity', specificity),
    `  ${'ECE'.padEnd(12)} ${ece.toFixed(3)}`,
    ...(dice
      ? [
          `  ${'Dice'.padEnd(12)} ${dice.mean.toFixed(3)} ± ${dice.standardDeviation.toFixed(3)} over ${dice.count} slices, pooled ${dice.pooled.toFixed(3)}`,
        ]
      : []),
  ].join('\n');
}
