import type { Dataset } from '@groundglass/dataset';
import type { TargetSample } from '@groundglass/dataset';
import { applyTemperature } from '@groundglass/metrics';
import {
  exportJcs,
  OnnxInference,
  readOnnx,
  readSafetensors,
  type Decision,
  type JcsConfig,
  type JcsMember,
} from '@groundglass/nn';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { defaultLabels } from '@groundglass/core';
import type { ClassNames } from '../datasets/class-names.js';
import { combineDatasets } from '../datasets/combine-datasets.js';
import { openDatasets } from '../datasets/open-datasets.js';
import { recipeSchema, type Recipe } from '../training/recipes/recipe.js';
import { formatResults, type DatasetResult } from '../evaluation/results/results.js';
import { replaceFile } from '@groundglass/dataset/disk';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { calibrate, calibrationName } from '../evaluation/calibrate.js';
import { evaluateDataset } from '../evaluation/evaluate-dataset.js';
import { evaluate, type SampleScore } from '../evaluation/evaluate.js';
import { decide, fitDecision } from '../evaluation/fit-decision.js';
import { showCount } from './progress.js';
import { TrainerError } from '../errors.js';

/** Limit of the change of a probability by rounded weights. */
const mostRounding = 0.01;

/** Writes the model with the settings chosen on validation. */
type ModelWriter = (chosen: {
  readonly temperature: number;
  readonly threshold: number;
  readonly precision?: 'float32' | 'float16';
  readonly decision?: Decision;
}) => Uint8Array;

interface ValidationSet {
  readonly root: string;
  readonly samples: readonly TargetSample[];
  readonly crop: 'none' | 'chest';
  /** Sources whose labels do not count. */
  readonly ignored: readonly string[];
}

interface ExportCommandOptions {
  readonly run: readonly string[];
  readonly models: string;
  readonly name: string;
  readonly modelVersion?: string;
  readonly replace: boolean;
  readonly threshold?: string;
  readonly temperature?: string;
  readonly calibrate?: readonly string[];
  readonly decideByMask?: boolean;
  readonly flip?: boolean;
  readonly precision: string;
  readonly trainingData: string;
}

/** `export --run FOLDER --models FOLDER`: the best epoch, or an ensemble of several runs', as a model that servers read. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description(
      'writes the best epoch of a run, or of several, as models/NAME/VERSION/model.onnx, the layout that Triton, KServe and groundglass-server read',
    )
    .requiredOption('--run <folder...>', 'the run; several are exported as one ensemble')
    .option('--models <folder>', 'the model repository', 'models')
    .option('--name <name>', 'the model’s name', 'groundglass')
    .option('--model-version <number>', 'the model’s version (default: the next free one)')
    .option('--replace', 'overwrite an existing version', false)
    .option(
      '--calibrate <data...>',
      'choose temperature and threshold on the validation split of these datasets',
    )
    .option(
      '--decide-by-mask',
      'let the probability also depend on the mask, with weights fitted on the validation split',
    )
    .option('--flip', 'let the model also score each picture’s mirror image, and take the mean')
    .option(
      '--precision <type>',
      'float32, or float16 for half the file; checked on the validation split',
      'float32',
    )
    .option(
      '--threshold <p>',
      'probability from which the label is positive; 0.5 unless calibrated',
    )
    .option('--temperature <t>', 'divisor of the logits before the softmax; 1 unless calibrated')
    .option('--training-data <text>', 'what the model was trained on, in words', 'not stated')
    .action(async (options: ExportCommandOptions) => {
      const file = await exportRuns(options);
      console.log(`Wrote ${file}`);
      console.log(
        `Next: groundglass-trainer bound --model ${dirname(file)} --data DATA lets a server report pictures that are unlike the training data`,
      );
    });
}

async function exportRuns(options: ExportCommandOptions): Promise<string> {
  const { name, precision } = options;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected a name of letters, digits, ".", "_" and "-", got "${name}"`,
    );
  if (precision !== 'float32' && precision !== 'float16')
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected a precision of float32 or float16, got "${precision}"`,
    );
  if (precision === 'float16' && options.calibrate === undefined)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      'Expected --calibrate with --precision float16: what rounding the weights does is measured on validation pictures',
    );
  if (options.decideByMask === true && options.calibrate === undefined)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      'Expected --calibrate with --decide-by-mask: the weights are fitted on validation pictures',
    );
  const given = (flag: string, text: string | undefined, low: number, high: number) =>
    text === undefined ? undefined : numberIn(flag, text, low, high);
  const temperature = given('--temperature', options.temperature, 1e-3, 1e3);
  const threshold = given('--threshold', options.threshold, 0, 1);
  const members = await Promise.all(options.run.map(readMember));
  const crop = members[0]!.recipe.crop;
  const other = members.findIndex(({ recipe }) => recipe.crop !== crop);
  if (other !== -1)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected runs with the same crop, "${options.run[0]!}" has ${crop} and "${options.run[other]!}" ${members[other]!.recipe.crop}`,
    );
  const labels = labelsOf(options.run, members);
  const folder = join(options.models, name);
  await checkModel(folder, labels);
  const version = await versionIn(folder, options);
  const model: ModelWriter = (chosen) =>
    exportJcs(
      members,
      { name, version, trained: true, trainingData: options.trainingData, crop, labels, ...chosen },
      { flip: options.flip ?? false, precision: chosen.precision ?? precision },
    );

  const file = join(folder, version, 'model.onnx');
  const write = async (bytes: Uint8Array) => {
    // Files derived from a replaced model do not describe the new one.
    await rm(join(folder, version), { recursive: true, force: true });
    await replaceFile(file, bytes);
  };
  if (options.calibrate === undefined) {
    await write(model({ temperature: temperature ?? 1, threshold: threshold ?? 0.5 }));
  } else {
    const datasets = await openDatasets(options.calibrate);
    const ignored = members.flatMap(({ recipe }) => recipe.loss.segmentationOnly);
    const validation = { ...combineDatasets(datasets), crop, ignored };
    const plain = await score(model({ temperature: 1, threshold: 0.5 }), validation);
    const decision = options.decideByMask === true ? fitDecision(plain) : undefined;
    const scores = decision ? decide(plain, decision) : plain;
    const chosen = {
      ...calibrate(scores, { temperature, threshold }),
      ...(decision ? { decision } : {}),
    };
    if (precision === 'float16') {
      const floats = model({ temperature: 1, threshold: 0.5, precision: 'float32' });
      const exact = await score(floats, validation);
      checkRounding(scores, decision ? decide(exact, decision) : exact, chosen.temperature);
    }
    const bytes = model(chosen);
    await write(bytes);
    await replaceFile(
      join(folder, version, calibrationName),
      `${JSON.stringify(chosen, undefined, 2)}\n`,
    );
    await showValidation(bytes, datasets, { threshold: chosen.threshold, crop });
  }
  // The config of an existing model also applies to its other versions, and may have been edited by hand.
  const config = join(folder, 'config.pbtxt');
  if (!existsSync(config)) await replaceFile(config, configText(await readFile(file)));
  else if ((await readFile(config, 'utf8')).includes('"distance"'))
    console.error(
      `"${config}" names the output distance, which version ${version} lacks: servers refuse this version until bound adds it`,
    );
  await replaceFile(join(folder, 'labels.txt'), `${labels.join('\n')}\n`);
  return file;
}

/** The runs' class names; runs from before these were recorded have those of COVID-CT. */
function labelsOf(
  paths: readonly string[],
  members: readonly { readonly labels: ClassNames }[],
): ClassNames {
  const [first, ...others] = members.map(({ labels }) => labels);
  const other = others.findIndex((labels) => labels.join() !== first!.join());
  if (other !== -1)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected runs with the same labels, "${paths[0]!}" has ${first!.join(', ')} and "${paths[other + 1]!}" ${others[other]!.join(', ')}`,
    );
  return first!;
}

/** @throws {TrainerError} if the model exists with other labels: all its versions share the file of labels. */
async function checkModel(folder: string, labels: ClassNames): Promise<void> {
  const file = join(folder, 'labels.txt');
  const text = existsSync(file) ? await readFile(file, 'utf8') : undefined;
  const before = text?.split(/\r?\n/).filter((line) => line !== '');
  if (before !== undefined && before.join() !== labels.join())
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected the labels ${before.join(', ')} of the model in "${folder}", the run has ${labels.join(', ')}: choose another --name or --models`,
    );
}

/** The version to write: never an existing one, unless `--replace` is set. */
async function versionIn(
  folder: string,
  { modelVersion, replace, name }: Pick<ExportCommandOptions, 'modelVersion' | 'replace' | 'name'>,
): Promise<string> {
  const there = await readdir(folder).catch((): string[] => []);
  const next = 1 + Math.max(0, ...there.filter((entry) => /^[1-9]\d*$/.test(entry)).map(Number));
  if (modelVersion === undefined) return String(next);
  if (!/^[1-9]\d*$/.test(modelVersion))
    throw new TrainerError('TRAIN_BAD_OPTION', `Expected a version from 1, got "${modelVersion}"`);
  if (there.includes(modelVersion) && !replace)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected a new version, the model ${name} already has version ${modelVersion}: ${next} is free, or --replace overwrites it`,
    );
  return modelVersion;
}

/** The best epoch of a run. */
async function readMember(
  path: string,
): Promise<JcsMember & { recipe: Recipe; labels: ClassNames }> {
  const run = new RunFolder(path);
  if (!run.has('best.safetensors')) {
    throw new TrainerError(
      'TRAIN_NO_RUN',
      `Expected a run with a best epoch in "${path}", there is none`,
    );
  }
  const { tensors: weights, metadata } = readSafetensors(await run.readBytes('best.safetensors'));
  return {
    config: JSON.parse(metadata.config ?? '{}') as JcsConfig,
    weights,
    recipe: recipeSchema.parse(await run.readJson('config.json')),
    labels: run.has('inputs.json')
      ? (((await run.readJson('inputs.json')) as RunInputs).labels ?? defaultLabels)
      : defaultLabels,
  };
}

/** Triton's model configuration; without a name, since the folder's applies, and for masks of any size, since versions differ. */
function configText(model: Uint8Array): string {
  const shapes: Readonly<Record<string, string>> = {
    probability: '1',
    logits: '2',
    mask: '1, -1, -1',
  };
  const outputs = readOnnx(model).outputs.map(
    ({ name }) => `  { name: "${name}" data_type: TYPE_FP32 dims: [ ${shapes[name]!} ] }`,
  );
  return `platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "image" data_type: TYPE_FP32 dims: [ 1, -1, -1 ] } ]
output [
${outputs.join(',\n')}
]
`;
}

/** Scores the validation split as servers will; sources that only train segmentation are left out. */
async function score(
  bytes: Uint8Array,
  { root, samples, crop, ignored }: ValidationSet,
): Promise<readonly SampleScore[]> {
  const inference = await OnnxInference.create(bytes);
  try {
    const chosen = samples.filter(
      ({ split, source }) => split === 'val' && !ignored.includes(source),
    );
    const onSample = (done: number) => {
      showCount(`validation: ${done}/${chosen.length}`);
    };
    const { scores } = await evaluate(inference, chosen, { root, crop, onSample });
    showCount('');
    return scores;
  } finally {
    await inference.close();
  }
}

/** @throws {TrainerError} if rounded weights move a probability by {@link mostRounding} or more. */
function checkRounding(
  rounded: readonly SampleScore[],
  exact: readonly SampleScore[],
  temperature: number,
): void {
  const probabilities = (scores: readonly SampleScore[]) =>
    applyTemperature(
      scores.flatMap(({ logits }) => [...logits]),
      temperature,
    );
  const before = probabilities(exact);
  const moved = probabilities(rounded).map((p, i) => Math.abs(p - before[i]!));
  const most = moved.reduce((a, b) => Math.max(a, b), 0);
  const text = `float16 moves the probability of ${moved.length} validation pictures by at most ${most.toExponential(1)}`;
  if (!(most < mostRounding))
    throw new TrainerError(
      'TRAIN_ROUNDING_TOO_COARSE',
      `Expected less than ${mostRounding}: ${text}`,
    );
  console.log(text);
}

/** Measures the written file as `evaluate --split val` does. */
async function showValidation(
  bytes: Uint8Array,
  datasets: readonly Dataset[],
  { threshold, crop }: { threshold: number; crop: 'none' | 'chest' },
): Promise<void> {
  const inference = await OnnxInference.create(bytes);
  try {
    const measured: DatasetResult[] = [];
    for (const dataset of datasets) {
      if (!dataset.samples.some(({ split }) => split === 'val')) continue;
      const options = { split: 'val', threshold, crop, baselines: false, onCount: showCount };
      measured.push((await evaluateDataset(inference, dataset, options)).result);
    }
    console.log(formatResults({ datasets: measured }));
  } finally {
    await inference.close();
  }
}

function numberIn(flag: string, text: string, low: number, high: number): number {
  const value = Number(text);
  if (!(value >= low && value <= high))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected ${flag} from ${low} to ${high}, got "${text}"`,
    );
  return value;
}
