import { CtError } from '@groundglass/core';
import { exportJcs, OnnxInference, readSafetensors, type JcsConfig } from '@groundglass/nn';
import type { Command } from 'commander';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { combineDatasets } from '../dataset/combine-datasets.js';
import { openDatasets } from '../dataset/open-datasets.js';
import { recipeSchema, type Recipe } from '../recipes/recipe.js';
import { RunFolder } from '../run/run-folder.js';
import { calibrate, type Calibration } from '../training/calibrate.js';
import { evaluate } from '../training/evaluate.js';

interface ExportOptions {
  readonly run: string;
  readonly models: string;
  readonly name: string;
  readonly modelVersion: string;
  readonly threshold?: string;
  readonly temperature?: string;
  readonly calibrate?: readonly string[];
  readonly trainingData: string;
}

/** `export --run FOLDER --models FOLDER`: the best epoch as a model that servers read. */
export function registerExport(program: Command): void {
  program
    .command('export')
    .description(
      'writes a run’s best epoch as models/NAME/VERSION/model.onnx, as Triton, KServe and groundglass-server read it',
    )
    .requiredOption('--run <folder>', 'the run')
    .option('--models <folder>', 'the model repository', 'models')
    .option('--name <name>', 'the model’s name', 'groundglass')
    .option('--model-version <number>', 'the model’s version', '1')
    .option(
      '--calibrate <data...>',
      'choose temperature and threshold on the validation split of these datasets',
    )
    .option('--threshold <p>', 'probability from which the label is covid; 0.5 unless calibrated')
    .option(
      '--temperature <t>',
      'what logits are divided by before the softmax; 1 unless calibrated',
    )
    .option('--training-data <text>', 'what the model was trained on, in words', 'not stated')
    .action(async (options: ExportOptions) => {
      const file = await exportRun(options);
      console.log(`Wrote ${file}`);
    });
}

async function exportRun(options: ExportOptions): Promise<string> {
  const { name, modelVersion: version } = options;
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name))
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected a name of letters, digits, ".", "_" and "-", got "${name}"`,
    );
  if (!/^[1-9]\d*$/.test(version))
    throw new CtError('CT_BAD_REQUEST', `Expected a version from 1, got "${version}"`);
  const run = new RunFolder(options.run);
  if (!run.has('best.safetensors')) {
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected a run with a best epoch in "${options.run}", there is none`,
    );
  }
  const recipe = recipeSchema.parse(await run.readJson('config.json'));
  const { tensors, metadata } = readSafetensors(await readFile(run.file('best.safetensors')));
  const config = JSON.parse(metadata.config ?? '{}') as JcsConfig;
  const model = (temperature: number, threshold: number) =>
    exportJcs(config, tensors, {
      name,
      version,
      trained: true,
      threshold,
      temperature,
      trainingData: options.trainingData,
      crop: recipe.crop,
    });
  const chosen =
    options.calibrate === undefined
      ? undefined
      : await calibrateOn(options.calibrate, model(1, 0.5), recipe);
  if (chosen) await run.replace('calibration.json', `${JSON.stringify(chosen, undefined, 2)}\n`);
  const bytes = model(
    numberIn('--temperature', options.temperature, chosen?.temperature ?? 1, 1e-3, 1e3),
    numberIn('--threshold', options.threshold, chosen?.threshold ?? 0.5, 0, 1),
  );
  const folder = join(options.models, name);
  await mkdir(join(folder, version), { recursive: true });
  await writeFile(join(folder, 'config.pbtxt'), configText(config.imageSize));
  await writeFile(join(folder, 'labels.txt'), 'non-covid\ncovid\n');
  const file = join(folder, version, 'model.onnx');
  // A server that watches the folder must never see half a model.
  await writeFile(`${file}.part`, bytes);
  await rename(`${file}.part`, file);
  return file;
}

/** Triton's model configuration; without a name, since the folder's is the model's. */
function configText(size: number): string {
  return `platform: "onnxruntime_onnx"
max_batch_size: 8
input [ { name: "image" data_type: TYPE_FP32 dims: [ 1, -1, -1 ] } ]
output [
  { name: "probability" data_type: TYPE_FP32 dims: [ 1 ] },
  { name: "logits" data_type: TYPE_FP32 dims: [ 2 ] },
  { name: "mask" data_type: TYPE_FP32 dims: [ 1, ${size}, ${size} ] }
]
`;
}

/** Scores the validation split as servers will, and chooses on it; sources that train segmentation only have no say. */
async function calibrateOn(
  paths: readonly string[],
  bytes: Uint8Array,
  { crop, loss }: Recipe,
): Promise<Calibration> {
  const { root, samples } = combineDatasets(await openDatasets(paths));
  const inference = await OnnxInference.create(bytes);
  try {
    const validation = samples.filter(
      ({ split, source }) => split === 'val' && !loss.segmentationOnly.includes(source),
    );
    const { scores } = await evaluate(inference, validation, { root, crop });
    return calibrate(scores);
  } finally {
    await inference.close();
  }
}

function numberIn(
  flag: string,
  text: string | undefined,
  otherwise: number,
  low: number,
  high: number,
): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= low && value <= high))
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected ${flag} from ${low} to ${high}, got "${text ?? otherwise}"`,
    );
  return value;
}
