import type { DatasetSample } from '@groundglass/core';
import {
  findLeaks,
  foldDataset,
  splitDataset,
  takeSubset,
  type SubsetFrom,
} from '@groundglass/dataset';
import { writeManifest } from '@groundglass/dataset/node';
import { Option, type Command } from 'commander';
import { join } from 'node:path';
import { openDataset } from '../datasets/open-datasets.js';
import { TrainerError } from '../errors.js';
import { findingGroups } from './finding-groups.js';
import { wholeNumber } from './whole-number.js';

interface SplitCommandOptions {
  readonly out: string;
  readonly seed: string;
  readonly val?: string;
  readonly test?: string;
  readonly folds?: string;
  readonly subset: readonly string[];
  readonly subsetFrom: SubsetFrom;
  readonly keepTest?: boolean;
  readonly findings?: string;
}

/** `dataset split MANIFEST --out FOLDER`. */
export function registerSplit(dataset: Command): void {
  dataset
    .command('split')
    .description(
      'writes a manifest with a new split that keeps patients, documents and copies together and label shares equal; or the folds of a cross-validation; or a subset of fixed size',
    )
    .argument('<manifest>', 'the manifest, or the folder that holds it')
    .requiredOption('--out <folder>', 'where the new manifest goes; with --folds a folder for each')
    .option('--seed <n>', 'seed that draws the split', '1')
    .option('--val <share>', 'share for validation (default: 0.15)')
    .option('--test <share>', 'share for testing (default: 0.15)')
    .option('--folds <k>', 'k manifests fold-1 … fold-k for a cross-validation')
    .option(
      '--subset <label=count...>',
      'keep this many training samples of a label, such as covid=118; validation and test are kept whole',
      [],
    )
    .addOption(
      new Option('--subset-from <splits>', 'draw the subset from the training split or from all')
        .choices(['train', 'all'])
        .default('train'),
    )
    .option('--keep-test', 'leave the test split as it is and divide the rest')
    .option('--findings <file>', 'an audit’s findings: copies and neighbours stay together')
    .action((path: string, options: SplitCommandOptions) => split(path, options));
}

async function split(path: string, options: SplitCommandOptions): Promise<void> {
  const dataset = await openDataset(path);
  const seed = wholeNumber('--seed', options.seed, 0);
  const counts = new Map(options.subset.map(subsetOf));
  const drawn = (samples: readonly DatasetSample[]) =>
    takeSubset(samples, counts, { seed, from: options.subsetFrom });
  const together =
    options.findings === undefined ? [] : await findingGroups(options.findings, dataset);
  if (options.folds !== undefined) {
    const count = wholeNumber('--folds', options.folds, 0);
    const folds = inWords(() => foldDataset(dataset.samples, count, { seed, together }));
    for (const [i, fold] of folds.map(drawn).entries()) {
      const folder = join(options.out, `fold-${i + 1}`);
      const manifest = {
        ...dataset.manifest,
        name: `${dataset.manifest.name}, fold ${i + 1} of ${folds.length}`,
      };
      await writeManifest(folder, { manifest, samples: fold }, dataset.root);
      console.log(`${folder}: ${countsOf(fold)}`);
    }
    return;
  }
  const isSubsetOnly =
    counts.size > 0 && options.val === undefined && options.test === undefined && !options.keepTest;
  const divided = drawn(
    isSubsetOnly
      ? dataset.samples
      : inWords(() => newSplit(dataset.samples, options, seed, together)),
  );
  await writeManifest(options.out, { manifest: dataset.manifest, samples: divided }, dataset.root);
  console.log(`${options.out}: ${countsOf(divided)}`);
  const leaks = findLeaks(divided).length;
  if (leaks > 0)
    console.error(`${leaks} pictures, patients or documents are in more than one split, as before`);
}

function newSplit(
  samples: readonly DatasetSample[],
  options: SplitCommandOptions,
  seed: number,
  together: readonly (readonly number[])[],
): DatasetSample[] {
  const val = share('--val', options.val);
  if (options.keepTest !== true)
    return splitDataset(samples, { val, test: share('--test', options.test) }, { seed, together });
  const rest = samples.filter((sample) => sample.split !== 'test');
  const place = new Map(rest.map((sample, i) => [sample, i]));
  const kept = together.map((group) => group.flatMap((i) => place.get(samples[i]!) ?? []));
  const divided = splitDataset(rest, { val, test: 0 }, { seed, together: kept });
  return samples.map((sample) => {
    const at = place.get(sample);
    return at === undefined ? sample : divided[at]!;
  });
}

function countsOf(samples: readonly DatasetSample[]): string {
  const counts = new Map<string, number>();
  for (const { split: name, label } of samples) {
    const key = `${name} ${label ?? '(no label)'}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([key, count]) => `${count} ${key}`)
    .join(', ');
}

function subsetOf(text: string): readonly [string, number] {
  const at = text.lastIndexOf('=');
  if (at <= 0)
    throw new TrainerError('TRAIN_BAD_OPTION', `Expected --subset LABEL=COUNT, got "${text}"`);
  return [text.slice(0, at), wholeNumber('--subset', text.slice(at + 1), 0)];
}

function share(flag: string, text: string | undefined): number {
  const value = Number(text ?? 0.15);
  if (!(value >= 0 && value < 1))
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected ${flag} from 0 to below 1, got "${text ?? ''}"`,
    );
  return value;
}

/** A wrong number from the user, with the message of the function that refused it. */
function inWords<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError)
      throw new TrainerError('TRAIN_BAD_OPTION', error.message, { cause: error });
    throw error;
  }
}
