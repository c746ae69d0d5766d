import { CtError, type DatasetSample } from '@groundglass/core';
import {
  counted,
  detectLayout,
  formatProblem,
  importLayout,
  importManifest,
  importTable,
  LabelWords,
  layouts,
  readTable,
  type ImportedDataset,
  type ImportOptions,
  type Layout,
  type LayoutOptions,
} from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { nodeFiles, readManifest, writeManifest } from '@groundglass/dataset/node';
import { Option, type Command } from 'commander';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { openFactsCache, saveFactsCache } from '../datasets/facts-cache-file.js';
import { picturePool } from '../datasets/picture-pool.js';
import { readSplitLists } from '../datasets/read-split-lists.js';
import { datasetProgress, stopAtInterrupt } from './dataset-progress.js';
import { TrainerError } from '../errors.js';

interface ImportCommandOptions {
  readonly out: string;
  readonly root?: string;
  readonly labels?: string;
  readonly positive?: string;
  readonly labelMap: readonly string[];
  readonly split: readonly string[];
  readonly join: readonly string[];
  readonly volumes: 'slices' | 'whole';
  readonly name?: string;
  readonly decode: boolean;
  readonly images?: string;
  readonly masks?: string;
  readonly pseudoMasks?: boolean;
  readonly pattern?: string;
  readonly label?: string;
  readonly source?: string;
  readonly val?: string;
  readonly test?: string;
}

/** `dataset import [KIND] PATH --out FOLDER`. */
export function registerImport(dataset: Command): void {
  dataset
    .command('import')
    .description(
      'writes groundglass.dataset.json, samples.jsonl and problems.jsonl for images that stay where they are',
    )
    .argument('<kind>', `${layouts.join(', ')}; detected if only a path is given`)
    .argument('[path]', 'the dataset’s folder; for csv the table')
    .requiredOption('--out <folder>', 'where the manifest goes')
    .option('--root <folder>', 'csv, manifest: folder that the paths are relative to')
    .option('--labels <names>', 'all labels, separated by commas; the last is positive')
    .option('--positive <label>', 'the label whose probability a model gives')
    .option('--label-map <word=label...>', 'labels for the dataset’s own words: CAP=non-covid', [])
    .option(
      '--split <file...>',
      'split lists to use instead of the layout’s: a table of path and split, or train=FILE val=FILE test=FILE',
      [],
    )
    .option(
      '--join <table...>',
      'tables that add label, patient, document and metadata to samples',
      [],
    )
    .addOption(
      new Option('--volumes <how>', 'a sample for each slice of a volume, or one for the whole')
        .choices(['slices', 'whole'])
        .default('slices'),
    )
    .option('--name <name>', 'name of the dataset')
    .option('--no-decode', 'do not open the images: they are neither checked nor fingerprinted')
    .option('--label <label>', 'names, dicom: the label of all images')
    .option('--images <folder>', 'names: folder of the images inside the dataset')
    .option('--masks <folder>', 'names: folder of masks named like the images')
    .option('--pseudo-masks', 'names: the masks are a network’s output, never ground truth')
    .option('--pattern <pattern>', 'names: pattern of the names, such as {patient}_{slice}')
    .option('--source <name>', 'names: name of the samples’ source')
    .option('--val <share>', 'share of patients for validation, if the dataset has no split')
    .option('--test <share>', 'share of patients for testing, if the dataset has no split')
    .action((kindOrPath: string, path: string | undefined, options: ImportCommandOptions) =>
      runImport(path === undefined ? undefined : kindOrPath, path ?? kindOrPath, options),
    );
}

async function runImport(
  kind: string | undefined,
  path: string,
  command: ImportCommandOptions,
): Promise<void> {
  if (kind !== undefined && !layouts.includes(kind as Layout))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected one of ${layouts.join(', ')}, got "${kind}"`,
    );
  const progress = datasetProgress();
  const options = await importOptions(command, progress.show);
  let found: { imported: ImportedDataset; root: string };
  try {
    found = await importKind(kind as Layout | undefined, path, command, options);
  } finally {
    progress.close();
    await saveFactsCache(command.out, options.cache);
  }
  const { imported, root } = found;
  await writeManifest(command.out, imported, root);
  const { problems, samples, manifest } = imported;
  const problemRows = problems.map((problem) => `${JSON.stringify(problem)}\n`).join('');
  await replaceFile(join(command.out, 'problems.jsonl'), problemRows);
  for (const problem of problems) console.error(formatProblem(problem));
  console.log(
    `${manifest.name}: ${counted(samples.length, 'sample')}, ${counted(problems.length, 'problem')}`,
  );
  const counts = new Map<string, number>();
  for (const { split, label } of samples) {
    const key = `${split} ${label ?? '(no label)'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  for (const [name, count] of [...counts].sort())
    console.log(`${String(count).padStart(6)}  ${name}`);
  warnOfMissingLabels(samples, command.out);
  if (samples.length === 0 && problems.length === 0)
    throw new CtError('CT_BAD_DATASET', `Expected CT images in "${path}", found none`);
  if (problems.length > 0) process.exitCode = 1;
}

/** Small datasets without a published split may get a split that lacks a label, which training and AUC need. */
function warnOfMissingLabels(samples: readonly DatasetSample[], out: string): void {
  const labels = new Set(samples.flatMap(({ label }) => label ?? []));
  for (const split of new Set(samples.map((sample) => sample.split))) {
    const there = new Set(
      samples.flatMap((each) => (each.split === split ? (each.label ?? []) : [])),
    );
    const missing = [...labels].filter((label) => !there.has(label));
    if (missing.length > 0)
      console.error(
        `The ${split} split has no ${missing.join(', ')}. "groundglass-trainer dataset split ${out} --out FOLDER" divides the patients so that each split has every label.`,
      );
  }
}

async function importOptions(
  command: ImportCommandOptions,
  onProgress: NonNullable<ImportOptions['onProgress']>,
): Promise<ImportOptions & { cache: NonNullable<ImportOptions['cache']> }> {
  const labels = command.labels?.split(',').map((label) => label.trim());
  const joins = await Promise.all(
    command.join.map(async (file) => readTable(await readInput(file), basename(file))),
  );
  return {
    cache: await openFactsCache(command.out),
    signal: stopAtInterrupt(),
    onProgress,
    volumes: command.volumes,
    decode: command.decode,
    labelMap: new Map(command.labelMap.map(mapping)),
    splitLists: await readSplitLists(command.split),
    joins,
    shares: {
      val: share('--val', command.val, 0.15),
      test: share('--test', command.test, 0.15),
    },
    ...(labels === undefined ? {} : { labels }),
    ...(command.positive === undefined ? {} : { positive: command.positive }),
    ...(command.name === undefined ? {} : { name: command.name }),
  };
}

async function importKind(
  given: Layout | undefined,
  path: string,
  command: ImportCommandOptions,
  options: ImportOptions,
): Promise<{ imported: ImportedDataset; root: string }> {
  const inThreads = ({ root }: { root: string }) => ({ ...options, reader: picturePool(root) });
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new CtError('CT_BAD_DATASET', `Expected a dataset, "${path}" does not exist`);
  if (given === 'csv' || (given === undefined && info.isFile() && !path.endsWith('.json'))) {
    const files = await nodeFiles(command.root ?? dirname(resolve(path)));
    const table = await readTable(await readInput(path), basename(path));
    return { imported: await importTable(files, table, inThreads(files)), root: files.root };
  }
  if (given === 'manifest' || (given === undefined && info.isFile()))
    return fromManifest(path, command, options);
  const files = await nodeFiles(path);
  const kind = given ?? (await detectLayout(files, new LabelWords(options)));
  if (kind === undefined)
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a known layout in "${path}"; name it: dataset import KIND "${path}", with KIND one of ${layouts.join(', ')}`,
    );
  if (given === undefined) console.error(`Imported as ${kind}`);
  if (kind === 'manifest') return fromManifest(path, command, options);
  if (kind === 'csv')
    throw new TrainerError('TRAIN_BAD_OPTION', 'Expected a table for csv, got a folder');
  const imported = await importLayout(kind, files, {
    ...inThreads(files),
    ...layoutOptions(kind, command),
  });
  if (imported.samples.length === 0 && given !== undefined) {
    const seen = await detectLayout(files, new LabelWords(options));
    if (seen !== undefined && seen !== given)
      console.error(`"${path}" looks like ${seen}, not ${given}: leave out the kind`);
  }
  return { imported, root: files.root };
}

/** Options for a single layout. */
function layoutOptions(kind: Layout, command: ImportCommandOptions): Partial<LayoutOptions> {
  const { label, images, masks, pseudoMasks, pattern, source } = command;
  return {
    labelsFromFolders: false,
    ...(label === undefined ? {} : { label }),
    names: {
      ...(source === undefined ? {} : { source }),
      ...(images === undefined ? {} : { images }),
      ...(masks === undefined ? {} : { masks }),
      ...(pseudoMasks === undefined ? {} : { pseudoMasks }),
      ...(pattern === undefined ? {} : { pattern }),
    },
    // Its test split is published.
    ...(kind === 'covid-seg' ? { shares: { val: share('--val', command.val, 0.2), test: 0 } } : {}),
  };
}

async function fromManifest(path: string, command: ImportCommandOptions, options: ImportOptions) {
  const before = await readManifest(path);
  const files = await nodeFiles(command.root ?? before.root);
  return {
    imported: await importManifest(files, before, { ...options, reader: picturePool(files.root) }),
    root: files.root,
  };
}

function mapping(text: string): readonly [string, string] {
  const at = text.lastIndexOf('=');
  if (at <= 0 || at === text.length - 1)
    throw new TrainerError('TRAIN_BAD_OPTION', `Expected --label-map WORD=LABEL, got "${text}"`);
  return [text.slice(0, at), text.slice(at + 1)];
}

async function readInput(path: string): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new CtError('CT_BAD_DATASET', `Expected a readable table "${path}"`, { cause: error });
  });
}

function share(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 0 && value < 1))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected ${name} from 0 to below 1, got "${text ?? ''}"`,
    );
  return value;
}
