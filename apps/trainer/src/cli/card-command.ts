import { CtError } from '@groundglass/core';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { recipeSchema } from '../training/recipes/recipe.js';
import { trainingCurves } from '../run/report/training-curves.js';
import { renderModelCard } from '../evaluation/results/model-card.js';
import type { Publication, PublishedRun } from '../evaluation/results/publication.js';
import { renderResultsPage } from '../evaluation/results/results-page.js';
import type { Results } from '../evaluation/results/results.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { calibrationName, type Calibration } from '../evaluation/calibrate.js';
import { TrainerError } from '../errors.js';

interface CardOptions {
  readonly model: string;
  readonly run: readonly string[];
  readonly results: string;
  readonly docs: string;
}

/** `card --model models/groundglass/1 --run RUN… --results FILE --docs docs`. */
export function registerCard(program: Command): void {
  program
    .command('card')
    .description(
      'writes a model’s card, docs/results.md with its curves, and the file that both are made of',
    )
    .requiredOption('--model <folder>', 'the model’s version folder, as models/groundglass/1')
    .requiredOption('--run <folder...>', 'the runs that led to it, in order')
    .requiredOption('--results <file>', 'what evaluate --out wrote')
    .option('--docs <folder>', 'where results.md, results/ and images/ go', 'docs')
    .action((options: CardOptions) => writeCard(options));
}

async function writeCard(options: CardOptions): Promise<void> {
  const results = JSON.parse(await readFile(options.results, 'utf8')) as Results;
  const { name = '', version = '' } = results.model.metadata;
  const { size } = await stat(join(options.model, 'model.onnx')).catch((error: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', `Expected a model in "${options.model}"`, {
      cause: error,
    });
  });
  const calibration = join(options.model, calibrationName);
  const publication: Publication = {
    command: `groundglass-trainer card --model ${options.model} --docs ${options.docs}`,
    model: { name, version, bytes: size },
    runs: await Promise.all(options.run.map(readRun)),
    results,
    ...(existsSync(calibration)
      ? { calibration: JSON.parse(await readFile(calibration, 'utf8')) as Calibration }
      : {}),
  };
  const { docs } = options;
  await mkdir(join(docs, 'results'), { recursive: true });
  await mkdir(join(docs, 'images'), { recursive: true });
  for (const { name: run, records } of publication.runs) {
    const { loss, validation } = await trainingCurves(records);
    await writeFile(join(docs, 'images', `training-${run}-loss.svg`), loss);
    await writeFile(join(docs, 'images', `training-${run}-validation.svg`), validation);
  }
  const written = [
    [
      join(docs, 'results', `${name}-${version}.json`),
      `${JSON.stringify(publication, undefined, 2)}\n`,
    ],
    [join(docs, 'results.md'), renderResultsPage(publication)],
    [join(options.model, 'README.md'), renderModelCard(publication)],
  ] as const;
  for (const [file, text] of written) {
    await writeFile(file, text);
    console.log(`Wrote ${file}`);
  }
}

async function readRun(path: string): Promise<PublishedRun> {
  const run = new RunFolder(path);
  for (const file of ['config.json', 'inputs.json', 'log.jsonl']) {
    if (!run.has(file))
      throw new TrainerError('TRAIN_NO_RUN', `Expected a run with ${file} in "${path}"`);
  }
  return {
    name: basename(path),
    recipe: recipeSchema.parse(await run.readJson('config.json')),
    inputs: (await run.readJson('inputs.json')) as RunInputs,
    records: await run.log(),
    ledger: await run.ledger(),
  };
}
