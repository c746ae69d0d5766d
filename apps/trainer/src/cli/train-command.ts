import { CtError, type DatasetSample } from '@groundglass/core';
import { leakKinds, type LeakKind } from '@groundglass/dataset';
import {
  buildJcs,
  importBackbone,
  providers,
  type NamedTensor,
  type NamedTensors,
} from '@groundglass/nn';
import { Option, type Command } from 'commander';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { checkData, type CheckedData } from '../datasets/check-data.js';
import { combineDatasets } from '../datasets/combine-datasets.js';
import { openDatasets } from '../datasets/open-datasets.js';
import { recipeSchema, type Recipe } from '../training/recipes/recipe.js';
import { recipes } from '../training/recipes/recipes.js';
import { RunFolder, type RunInputs } from '../run/run-folder.js';
import { engines, type EngineOptions } from '../training/open-session.js';
import { train, type TrainResult } from '../training/train.js';
import { readWeights, type WeightsFile } from '../weights/read-weights.js';
import { progressReporter } from './progress.js';

interface TrainCommandOptions {
  readonly recipe: string;
  readonly data: readonly string[];
  readonly out: string;
  readonly init?: readonly string[];
  readonly set: readonly string[];
  readonly allowLeaks: readonly LeakKind[];
  readonly engine: EngineOptions['engine'];
  readonly provider: EngineOptions['provider'];
  readonly workers: string;
  readonly threads?: string;
}

/** `train --recipe NAME --data MANIFEST --out FOLDER`. */
export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('trains, or goes on with, the run in the folder --out')
    .option('--recipe <name>', `${Object.keys(recipes).join(', ')}, or a JSON file`, 'fast')
    .requiredOption('--data <manifest...>', 'one or more dataset manifests')
    .requiredOption('--out <folder>', 'the run’s folder')
    .option(
      '--init <weights...>',
      'safetensors to start from: another run’s best.safetensors, or a backbone’s with torchvision’s names; later files give what earlier ones lack',
    )
    .option(
      '--set <key=value...>',
      'changes a knob of the recipe, as --set epochs=5 optimizer.learningRate=0.001',
      [],
    )
    .addOption(
      new Option(
        '--allow-leaks <kind...>',
        'go on although a picture, patient or document stands in two splits, as in a published split',
      )
        .choices(leakKinds)
        .default([]),
    )
    .addOption(
      new Option('--engine <name>', 'tfjs is TensorFlow.js, which you install beside')
        .choices(engines)
        .default('onnx'),
    )
    .addOption(
      new Option('--provider <name>', 'what ONNX Runtime computes on; see doctor')
        .choices(providers)
        .default('cpu'),
    )
    .option('--workers <n>', 'threads that decode and augment', '1')
    .option('--threads <n>', 'threads of the engine; all cores unless given')
    .action(async (options: TrainCommandOptions) => {
      const run = new RunFolder(resolve(options.out));
      await run.create();
      const recipe = await recipeOf(options, run);
      const data = combineDatasets(await openDatasets(options.data));
      const { root, samples } = data;
      const checked = await checkData(data, recipe, run, options.allowLeaks);
      const starts = await Promise.all((options.init ?? []).map(readStart));
      const weights = startWeights(starts, recipe);
      if (!run.started) await run.replace('inputs.json', inputsText(samples, starts, checked));
      const stop = new AbortController();
      process.once('SIGINT', () => {
        console.error('\nStopping; the same command goes on from the last whole epoch.');
        stop.abort(new CtError('CT_CANCELLED', 'Stopped by Ctrl+C'));
      });
      const reporter = progressReporter(recipe.epochs);
      try {
        const result = await train({
          data: {
            root,
            train: samples.filter(({ split }) => split === 'train'),
            validation: samples.filter(({ split }) => split === 'val'),
          },
          recipe,
          run,
          workers: countOf('--workers', options.workers, 0),
          engine: {
            engine: options.engine,
            provider: options.provider,
            ...(options.threads === undefined
              ? {}
              : { threads: countOf('--threads', options.threads, 1) }),
          },
          signal: stop.signal,
          onProgress: reporter.show,
          ...(weights ? { weights } : {}),
        });
        reporter.close();
        printSummary(result);
      } finally {
        reporter.close();
      }
    });
}

function countOf(flag: string, text: string, least: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected ${flag} of a whole number from ${least}, got "${text}"`,
    );
  return value;
}

/** The run's own recipe where it has one: going on with other settings would be another run. */
async function recipeOf(options: TrainCommandOptions, run: RunFolder): Promise<Recipe> {
  const named = Object.hasOwn(recipes, options.recipe)
    ? recipes[options.recipe as keyof typeof recipes]
    : (JSON.parse(
        await readFile(options.recipe, 'utf8').catch(() => missingRecipe(options.recipe)),
      ) as unknown);
  const parsed = recipeSchema.safeParse(withChanges(named, options.set));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CtError(
      'CT_BAD_REQUEST',
      `Recipe, ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  if (run.started) {
    // Through the schema: a run from before a knob was there has that knob's default.
    const before = recipeSchema.safeParse(await run.readJson('config.json'));
    const knob = differingKnob(before.data ?? {}, parsed.data);
    if (knob !== undefined) {
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected the recipe that ${run.path} was started with (its config.json), got another ${knob}`,
      );
    }
  } else {
    await run.replace('config.json', `${JSON.stringify(parsed.data, undefined, 2)}\n`);
  }
  return parsed.data;
}

/** The first knob in which two recipes differ, as `model.dropout`. */
function differingKnob(a: object, b: object, prefix = ''): string | undefined {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    const [left, right] = [a, b].map((recipe) => (recipe as Record<string, unknown>)[key]);
    if (JSON.stringify(left) === JSON.stringify(right)) continue;
    const nested = [left, right].every((value) => typeof value === 'object' && value !== null);
    return nested
      ? differingKnob(left as object, right as object, `${prefix}${key}.`)
      : prefix + key;
  }
  return undefined;
}

function missingRecipe(name: string): never {
  throw new CtError(
    'CT_BAD_REQUEST',
    `Expected a recipe of ${Object.keys(recipes).join(', ')} or a JSON file, got "${name}"`,
  );
}

function withChanges(recipe: unknown, changes: readonly string[]): unknown {
  const copy = structuredClone(recipe) as Record<string, unknown>;
  for (const change of changes) {
    const [key = '', ...rest] = change.split('=');
    const path = key.split('.');
    const last = path.pop()!;
    let target = copy;
    for (const part of path) {
      const next = target[part];
      if (typeof next !== 'object' || next === null)
        throw new CtError('CT_BAD_REQUEST', `The recipe has no knob "${key}"`);
      target = next as Record<string, unknown>;
    }
    if (!Object.hasOwn(target, last))
      throw new CtError('CT_BAD_REQUEST', `The recipe has no knob "${key}"`);
    target[last] = parseValue(rest.join('='));
  }
  return copy;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

interface StartWeights extends WeightsFile {
  readonly file: string;
  readonly sha256: string;
}

async function readStart(path: string): Promise<StartWeights> {
  const content = await readWeights(path);
  const sha256 = createHash('sha256').update(content.bytes).digest('hex');
  // Each run's best weights have the same name: the run's says whose they are.
  const folder =
    content.metadata.config === undefined ? '' : `${basename(dirname(resolve(path)))}/`;
  return { ...content, file: folder + basename(path), sha256 };
}

/** What the files give together, the first that has a tensor giving it. */
function startWeights(starts: readonly StartWeights[], recipe: Recipe): NamedTensors | undefined {
  if (starts.length === 0) return undefined;
  const all = starts.map((start) => initialWeights(start, recipe));
  return new Map(all.reverse().flatMap((tensors) => [...tensors]));
}

function initialWeights({ file, tensors, metadata }: StartWeights, recipe: Recipe): NamedTensors {
  const { backbone } = recipe.model;
  // A run's weights hold the whole network and imported ones a backbone, both under the names that the network uses.
  if (metadata.config !== undefined) return fittingWeights(file, tensors, recipe);
  if (metadata.backbone === undefined) return importBackbone(backbone, tensors);
  if (metadata.backbone !== backbone)
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected weights of ${backbone}, "${file}" holds those of ${metadata.backbone}`,
    );
  return tensors;
}

/**
 * The weights of another run that this one's network has too. The rest starts anew, and a line says which: a network with another head
 * or skip connection can go on from what the backbone knows.
 *
 * @throws {CtError} `CT_BAD_REQUEST` where nothing fits.
 */
function fittingWeights(
  file: string,
  tensors: NamedTensors,
  { model, imageSize }: Recipe,
): NamedTensors {
  const { variables } = buildJcs({ ...model, imageSize, mean: 0, deviation: 1 }).graph;
  const fitting = new Map<string, NamedTensor>();
  const anew: string[] = [];
  for (const { variable } of variables.values()) {
    const { name, shape } = variable;
    const given = tensors.get(name);
    if (given?.shape.join() === shape.join()) fitting.set(name, given);
    else anew.push(`${name} ${shape.join('×')} (${given?.shape.join('×') ?? 'missing'})`);
  }
  if (fitting.size === 0)
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected weights of the network ${model.backbone} in "${file}", none of its ${variables.size} variables is there`,
    );
  if (anew.length > 0)
    console.error(
      `${anew.length} of ${variables.size} variables start anew, "${file}" has others: ${anew.slice(0, 3).join(', ')}${anew.length > 3 ? ', …' : ''}`,
    );
  return fitting;
}

/** What the run was started with, for its model card. */
function inputsText(
  samples: readonly DatasetSample[],
  [start, ...others]: readonly StartWeights[],
  checked: CheckedData,
): string {
  const counts: Record<string, Record<string, number>> = {};
  for (const { source, split } of samples) {
    const bySplit = (counts[source] ??= {});
    bySplit[split] = (bySplit[split] ?? 0) + 1;
  }
  const inputs: RunInputs = {
    ...checked,
    samples: counts,
    ...(start ? { start: { file: start.file, sha256: start.sha256 } } : {}),
    ...(others.length > 0
      ? { alsoFrom: others.map(({ file, sha256 }) => ({ file, sha256 })) }
      : {}),
  };
  return `${JSON.stringify(inputs, undefined, 2)}\n`;
}

function printSummary({ records, best }: TrainResult): void {
  const { auc, dice, accuracy } = best.validation;
  const show = (value: number | null | undefined) => value?.toFixed(3) ?? '–';
  console.log(
    `Best of ${records.length} epochs: ${best.epoch + 1}, validation AUC ${show(auc)}, accuracy ${show(accuracy)}, Dice ${show(dice)}`,
  );
}
