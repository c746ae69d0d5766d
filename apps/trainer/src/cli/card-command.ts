import { CtError } from '@groundglass/core';
import { replaceFile } from '@groundglass/dataset/disk';
import type { Command } from 'commander';
import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { recipeSchema } from '../training/recipes/recipe.js';
import { trainingCurves } from '../run/report/training-curves.js';
import { renderModelCard } from '../evaluation/results/model-card.js';
import { renderClaimChecklist } from '../evaluation/results/claim-checklist.js';
import {
  parsePublication,
  type Publication,
  type PublishedRun,
} from '../evaluation/results/publication.js';
import { readCrossValidations } from '../cross-validation/cross-validation-section.js';
import { readRows } from '../reproduction/read-rows.js';
import { reproductionCharts } from '../reproduction/reproduction-charts.js';
import { reproductionFiles } from '../reproduction/reproduction-section.js';
import { renderResultsPage } from '../evaluation/results/results-page.js';
import type { Results } from '../evaluation/results/results.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { calibrationName, type Calibration } from '../evaluation/calibrate.js';
import { TrainerError } from '../errors.js';

interface CardOptions {
  readonly model?: string;
  readonly run?: readonly string[];
  readonly results?: string;
  readonly publication?: string;
  readonly docs: string;
}

/** `card --model models/groundglass/1 --run RUN… --results FILE --docs docs`. */
export function registerCard(program: Command): void {
  program
    .command('card')
    .description(
      'writes a model’s card, docs/results.md with its curves, and the file that both are made from; the page includes the rows of reproduce in docs/results/reproduction.jsonl and the results of cross-validate in docs/results/cross-validation',
    )
    .option('--model <folder>', 'the model’s version folder, such as models/groundglass/1')
    .option('--run <folder...>', 'the runs that led to it, in order')
    .option('--results <file>', 'the file that evaluate --out wrote')
    .option(
      '--publication <file>',
      'write the pages again from the file that an earlier card wrote, such as docs/results/groundglass-2.json, instead of --run and --results',
    )
    .option('--docs <folder>', 'where results.md, results/ and images/ go', 'docs')
    .action((options: CardOptions) => writeCard(options));
}

async function writeCard(options: CardOptions): Promise<void> {
  const publication =
    options.publication === undefined
      ? await newPublication(options)
      : parsePublication(await readFile(options.publication, 'utf8'));
  const { name, version } = publication.model;
  const folder = options.model ?? join('models', name, version);
  const { docs } = options;
  const reproduced = await readRows(join(docs, reproductionFiles.rows));
  for (const { name: run, records } of publication.runs) {
    const { loss, validation } = await trainingCurves(records);
    await replaceFile(join(docs, 'images', `training-${run}-loss.svg`), loss);
    await replaceFile(join(docs, 'images', `training-${run}-validation.svg`), validation);
  }
  if (reproduced.some(({ points }) => points.length > 0)) {
    const { roc, calibration } = await reproductionCharts(reproduced);
    await replaceFile(join(docs, reproductionFiles.roc), roc);
    await replaceFile(join(docs, reproductionFiles.calibration), calibration);
  }
  const written = [
    ...(options.publication === undefined
      ? [
          [
            publicationFile(docs, publication.model),
            `${JSON.stringify(publication, undefined, 2)}\n`,
          ] as const,
        ]
      : []),
    [
      join(docs, 'results.md'),
      renderResultsPage(publication, reproduced, await readCrossValidations(docs)),
    ],
    [join(docs, 'claim-checklist.md'), renderClaimChecklist(publication, reproduced)],
    [join(folder, 'README.md'), renderModelCard(publication)],
  ] as const;
  for (const [file, text] of written) {
    await replaceFile(file, text);
    console.log(`Wrote ${file}`);
  }
}

function publicationFile(docs: string, { name, version }: { name: string; version: string }) {
  return join(docs, 'results', `${name}-${version}.json`);
}

async function newPublication(options: CardOptions): Promise<Publication> {
  const { model, run, docs } = options;
  if (model === undefined || run === undefined || options.results === undefined)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      'Expected --model, --run and --results, or --publication with the file that an earlier card wrote',
    );
  const results = JSON.parse(await readFile(options.results, 'utf8')) as Results;
  const { name = '', version = '' } = results.model.metadata;
  const { size } = await stat(join(model, 'model.onnx')).catch((error: unknown) => {
    throw new CtError('CT_MODEL_NOT_FOUND', `Expected a model in "${model}"`, {
      cause: error,
    });
  });
  const calibration = join(model, calibrationName);
  return {
    command: `npx groundglass-trainer card --publication ${publicationFile(docs, { name, version })} --model ${model} --docs ${docs}`,
    model: { name, version, bytes: size },
    runs: await Promise.all(run.map(readRun)),
    results,
    ...(existsSync(calibration)
      ? { calibration: JSON.parse(await readFile(calibration, 'utf8')) as Calibration }
      : {}),
  };
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
