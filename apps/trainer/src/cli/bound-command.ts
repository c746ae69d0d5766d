import { CtError, defaultAggregation, readScoringRule } from '@groundglass/core';
import { withTargets, type Dataset } from '@groundglass/dataset';
import { addDistance, FeatureReader, OnnxInference, readOnnx } from '@groundglass/nn';
import type { Command } from 'commander';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { openDatasets } from '../datasets/open-datasets.js';
import { fitDistanceOn, groupBy } from '../evaluation/fit-distance-on.js';
import { fitVolumeRule, type ValidationSeries } from '../evaluation/fit-volume-rule.js';
import { replaceFile } from '@groundglass/dataset/disk';
import { SampleReader } from '../evaluation/sample-reader.js';
import { showCount } from './progress.js';
import { TrainerError } from '../errors.js';

interface BoundOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly series?: readonly string[];
  readonly aggregation: string;
  readonly most: string;
  readonly cache?: string;
}

/** `bound --model models/groundglass/1 --data FOLDER…`. */
export function registerBound(program: Command): void {
  program
    .command('bound')
    .description(
      'adds an output to an exported model that measures how unlike its training data a picture is (distance; the bound is 1), and chooses the threshold for volumes; other outputs are unchanged',
    )
    .requiredOption('--model <folder>', 'the folder that holds model.onnx')
    .requiredOption(
      '--data <data...>',
      'datasets whose training splits fit the distance and whose validation splits set the bound',
    )
    .option(
      '--series <data...>',
      'datasets whose validation split has several slices of each patient; they set the threshold for volumes',
    )
    .option(
      '--aggregation <rule>',
      'score of a volume: max, mean or top-mean:F',
      defaultAggregation,
    )
    .option('--cache <file>', 'caches what was read, so that a stopped run can continue')
    .option('--most <count>', 'most pictures to read of each source and split', '400')
    .action((options: BoundOptions) => bound(options));
}

async function bound(options: BoundOptions): Promise<void> {
  const path = join(options.model, 'model.onnx');
  const model = await readFile(path).catch((cause: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', `Expected a model in "${options.model}"`, { cause });
  });
  const most = Number(options.most);
  if (!(Number.isInteger(most) && most > 0))
    throw new TrainerError('TRAIN_BAD_OPTION', `Expected --most from 1, got "${options.most}"`);
  const { metadata } = readOnnx(model);
  const { crop } = readScoringRule((name) => metadata.get(name));
  const features = await FeatureReader.create(model);
  const sha256 = createHash('sha256').update(model).digest('hex');
  const reader = await SampleReader.open(features, { crop, sha256, cache: options.cache });
  try {
    const datasets = await openDatasets(options.data);
    const { distance, description } = await fitDistanceOn(reader, datasets, most, showCount);
    console.log(
      `The distance is fitted on ${description.replace(' and ', ', its bound chosen on ')}.`,
    );
    const rule = options.series
      ? fitVolumeRule(
          await readSeries(reader, await openDatasets(options.series)),
          options.aggregation,
        )
      : undefined;
    if (rule)
      console.log(
        `Volumes: threshold ${rule.threshold.toFixed(3)} by ${rule.aggregation}, chosen on ${rule.series} series (AUC ${rule.auc.toFixed(3)}).`,
      );
    const bounded = addDistance(model, distance, {
      distance_data: description,
      ...(rule
        ? {
            aggregation: rule.aggregation,
            volume_threshold: String(rule.threshold),
            volume_data: `${rule.series} validation series, AUC ${rule.auc.toFixed(3)}`,
          }
        : {}),
    });
    await checkSame(model, bounded);
    await replaceFile(path, bounded);
    await addToConfig(resolve(options.model, '..'));
    console.log(`Wrote ${path}`);
  } finally {
    await features.close();
  }
}

/** The validation slices of each patient, by those that count. */
async function readSeries(
  reader: SampleReader,
  datasets: readonly Dataset[],
): Promise<ValidationSeries[]> {
  const found: ValidationSeries[] = [];
  for (const { root, samples, manifest } of datasets) {
    const labelled = withTargets(samples, manifest).filter(({ split }) => split === 'val');
    const patients = groupBy(labelled, ({ source, patient }) => `${source}/${patient}`);
    for (const slices of patients) {
      const read = [];
      for (const sample of slices) read.push(await reader.read(root, sample));
      const probabilities = read
        .filter(({ counts }) => counts)
        .map(({ probability }) => probability);
      showCount(`series: ${found.length + 1}`);
      if (probabilities.length > 0)
        found.push({ isPositive: slices[0]!.target === 1, probabilities });
    }
  }
  showCount('');
  return found;
}

/** Other outputs must stay bit-identical, so that the model's measurements stay valid. */
async function checkSame(before: Uint8Array, after: Uint8Array): Promise<void> {
  const size = { rows: 96, columns: 128 };
  const pixels = Float32Array.from({ length: size.rows * size.columns }, (_, at) => (at % 97) / 96);
  const answers = [];
  for (const bytes of [before, after]) {
    const inference = await OnnxInference.create(bytes);
    const { probability, logits, mask } = await inference.run(pixels, size);
    answers.push(JSON.stringify([probability, logits, mask].map((values) => [...(values ?? [])])));
    await inference.close();
  }
  if (answers[0] !== answers[1])
    throw new CtError(
      'CT_INTERNAL',
      'Expected the other outputs to stay as they were, they have changed',
    );
}

/** Names the output in the Triton configuration, which all versions share, if each of them has it. */
async function addToConfig(folder: string): Promise<void> {
  const path = join(folder, 'config.pbtxt');
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined || text.includes('"distance"')) return;
  for (const version of (await readdir(folder)).filter((name) => /^[1-9]\d*$/.test(name))) {
    const model = await readFile(join(folder, version, 'model.onnx')).catch(() => undefined);
    if (model && !readOnnx(model).outputs.some(({ name }) => name === 'distance')) return;
  }
  const line = '  { name: "distance" data_type: TYPE_FP32 dims: [ 1 ] },\n';
  await replaceFile(
    path,
    text.replace(/^output \[\n/m, (start) => start + line),
  );
}
