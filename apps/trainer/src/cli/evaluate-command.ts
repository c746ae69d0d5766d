import { CtError } from '@groundglass/core';
import { OnnxInference, readOnnx } from '@groundglass/nn';
import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDatasets } from '../datasets/open-datasets.js';
import { formatResults, type DatasetResult, type Results } from '../evaluation/results/results.js';
import { RunFolder } from '../run/run-folder.js';
import { evaluateDataset } from '../evaluation/evaluate-dataset.js';
import { showCount } from './progress.js';

interface EvaluateOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly split: string;
  readonly threshold?: string;
  readonly floor: boolean;
  readonly run?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** `evaluate --model models/groundglass/1 --data FOLDER`. */
export function registerEvaluate(program: Command): void {
  program
    .command('evaluate')
    .description(
      'measures an exported model on a split: accuracy, F1 and AUC of COVID with 95 % intervals, calibration, Dice, and beside them what shortcuts alone reach',
    )
    .requiredOption('--model <path>', 'model.onnx, or the folder that holds it')
    .requiredOption(
      '--data <path...>',
      'dataset manifests, or folders of COVID-CT or of COVID-Seg slices as published; each is measured by itself',
    )
    .option('--split <name>', 'train, val or test', 'test')
    .option('--threshold <p>', 'decision threshold; the model’s own unless given')
    .option('--no-floor', 'leave the shortcut floor out')
    .option('--run <folder>', 'the run whose ledger notes a look at a test split')
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
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected a threshold from 0 to 1, got "${options.threshold ?? ''}"`,
    );
  const datasets = await openDatasets(options.data);
  for (const { manifest, samples } of datasets) {
    if (!samples.some(({ split }) => split === options.split))
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected samples of the split "${options.split}", ${manifest.name} has none`,
      );
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const model = await OnnxInference.create(bytes);
  try {
    const crop = metadata.get('crop') === 'chest' ? 'chest' : 'none';
    const measured: DatasetResult[] = [];
    for (const dataset of datasets) {
      const result = await evaluateDataset(model, dataset, {
        split: options.split,
        threshold,
        crop,
        floor: options.floor,
        onCount: showCount,
      });
      if (options.split === 'test') await noteLook(options.run, result, sha256);
      measured.push(result);
    }
    const results: Results = {
      command: ['groundglass-trainer', ...process.argv.slice(2)]
        .filter((part, i, all) => part !== '--out' && all[i - 1] !== '--out')
        .join(' '),
      model: { sha256, metadata: Object.fromEntries(metadata) },
      datasets: measured,
    };
    const text = JSON.stringify(results, undefined, 2);
    if (options.out !== undefined) await writeFile(options.out, `${text}\n`);
    console.log(options.json === true ? text : formatResults(measured));
  } finally {
    await model.close();
  }
}

/** Each look at a test split is written down: a number chosen by looking is no measurement. */
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
