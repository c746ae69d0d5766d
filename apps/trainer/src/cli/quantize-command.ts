import { CtError, readScoringRule } from '@groundglass/core';
import type { Dataset } from '@groundglass/dataset';
import { addDistance, FeatureReader, Quantiser, readOnnx } from '@groundglass/nn';
import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadSample } from '../batches/load-sample.js';
import { openDatasets } from '../datasets/open-datasets.js';
import { TrainerError } from '../errors.js';
import { accuracyGate, type GateRow } from '../evaluation/accuracy-gate.js';
import { fitDistanceOn, thin } from '../evaluation/fit-distance-on.js';
import { SampleReader } from '../evaluation/sample-reader.js';
import { replaceFile } from '@groundglass/dataset/disk';
import { showCount } from './progress.js';

/** The quantised model's file name next to model.onnx. */
const quantisedName = 'model.int8.onnx';

interface QuantizeOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly pictures: string;
  readonly most: string;
  readonly aucDrop: string;
  readonly diceDrop: string;
}

/** `quantize --model models/groundglass/2 --data FOLDER…`. */
export function registerQuantize(program: Command): void {
  program
    .command('quantize')
    .description(
      `writes ${quantisedName} next to an exported model: its convolutions in 8 bits, kept only if the validation scores hold`,
    )
    .requiredOption('--model <folder>', 'the folder that holds model.onnx')
    .requiredOption(
      '--data <data...>',
      'datasets whose training splits set the ranges and the distance, and whose validation splits check the scores',
    )
    .option('--pictures <count>', 'training pictures of each source that set the ranges', '24')
    .option(
      '--most <count>',
      'pictures of each source and split for the distance, as for bound',
      '400',
    )
    .option('--auc-drop <limit>', 'largest loss of AUC allowed on a validation split', '0.005')
    .option(
      '--dice-drop <limit>',
      'largest loss of lesion Dice allowed on a validation split',
      '0.01',
    )
    .action((options: QuantizeOptions) => quantize(options));
}

async function quantize(options: QuantizeOptions): Promise<void> {
  const path = join(options.model, 'model.onnx');
  const model = await readFile(path).catch((cause: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', `Expected a model in "${options.model}"`, { cause });
  });
  const limits = {
    aucDrop: share('--auc-drop', options.aucDrop),
    diceDrop: share('--dice-drop', options.diceDrop),
  };
  const most = count('--most', options.most);
  const { metadata, outputs } = readOnnx(model);
  const { crop, threshold } = readScoringRule((name) => metadata.get(name));
  const datasets = await openDatasets(options.data);
  const { bytes, pictures } = await quantiseOn(
    model,
    datasets,
    crop,
    count('--pictures', options.pictures),
  );
  const withDistance = outputs.some(({ name }) => name === 'distance')
    ? await refitDistance(bytes, datasets, crop, most)
    : bytes;
  const { rows, failures } = await accuracyGate(
    [model, withDistance],
    datasets,
    { threshold, crop },
    limits,
    showCount,
  );
  console.log(`Ranges from ${pictures} training pictures. On the validation splits:`);
  for (const row of rows) console.log(rowText(row));
  if (failures.length > 0)
    throw new TrainerError(
      'TRAIN_QUANTISED_TOO_FAR',
      `Expected the quantised model to score like the float one: ${failures.join('; ')}. Nothing was written`,
    );
  const out = join(options.model, quantisedName);
  await replaceFile(out, withDistance);
  console.log(
    `Wrote ${out}, ${(withDistance.length / 1e6).toFixed(1)} MB (float: ${(model.length / 1e6).toFixed(1)} MB). A server times both when it loads the model, and serves the faster one.`,
  );
}

async function quantiseOn(
  model: Uint8Array,
  datasets: readonly Dataset[],
  crop: 'none' | 'chest',
  most: number,
): Promise<{ readonly bytes: Uint8Array; readonly pictures: number }> {
  const quantiser = await Quantiser.create(model);
  let pictures = 0;
  try {
    for (const { root, samples } of datasets) {
      const training = thin(
        samples.filter(({ split }) => split === 'train'),
        most,
      );
      for (const sample of training) {
        const { image } = await loadSample(sample, { root, crop });
        await quantiser.observe(image.data, image);
        showCount(`ranges: ${++pictures}`);
      }
    }
    showCount('');
    if (pictures === 0)
      throw new CtError('CT_BAD_DATASET', 'Expected samples of the split train to set the ranges');
    const bytes = quantiser.quantise({
      precision: 'int8',
      quantised_from: createHash('sha256').update(model).digest('hex'),
      quantised_on: `${pictures} training pictures`,
    });
    return { bytes, pictures };
  } finally {
    await quantiser.close();
  }
}

/** Rounding moves features a little, and so the distance. */
async function refitDistance(
  model: Uint8Array,
  datasets: readonly Dataset[],
  crop: 'none' | 'chest',
  most: number,
): Promise<Uint8Array> {
  const features = await FeatureReader.create(model);
  try {
    const reader = await SampleReader.open(features, { crop, sha256: '', cache: undefined });
    const { distance, description } = await fitDistanceOn(reader, datasets, most, showCount);
    return addDistance(model, distance, { distance_data: description });
  } finally {
    await features.close();
  }
}

function rowText({ dataset, pictures, auc, dice, turned }: GateRow): string {
  const both = (name: string, values: GateRow['auc']) =>
    values ? `  ${name} ${values.map((value) => value.toFixed(3)).join(' → ')}` : '';
  return `  ${dataset.padEnd(24)} ${String(pictures).padStart(4)} pictures${both('AUC', auc)}${both('Dice', dice)}  ${turned} labels flipped`;
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new TrainerError('TRAIN_BAD_OPTION', `Expected ${name} from 1, got "${text}"`);
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new TrainerError('TRAIN_BAD_OPTION', `Expected ${name} from 0 to 1, got "${text}"`);
}
