import {
  formatProblem,
  type ImportedDataset,
  importCovidCt,
  importCovidSeg,
  importCsv,
  importFolders,
  importNamePattern,
  labelFromName,
  writeManifest,
} from '@groundglass/dataset';
import { CtError, type Label } from '@groundglass/core';
import type { Command } from 'commander';
import { dirname } from 'node:path';

interface ImportOptions {
  readonly out: string;
  readonly images?: string;
  readonly masks?: string;
  readonly pseudoMasks?: boolean;
  readonly pattern?: string;
  readonly label?: string;
  readonly source?: string;
  readonly val?: string;
  readonly test?: string;
}

const kinds = [
  'covid-ct',
  'covid-seg',
  'covid-seg-volumes',
  'luna16',
  'names',
  'folders',
  'csv',
] as const;

/** `dataset import KIND PATH --out FOLDER`. */
export function registerImport(program: Command): void {
  const dataset = program.command('dataset').description('manifests of CT datasets');
  dataset
    .command('import')
    .description(
      'writes groundglass.dataset.json and samples.jsonl for images that stay where they are',
    )
    .argument('<kind>', kinds.join(', '))
    .argument('<path>', 'the dataset’s folder, or the table for csv')
    .requiredOption('--out <folder>', 'where the manifest goes')
    .option('--images <folder>', 'names: folder of the images inside the dataset')
    .option('--masks <folder>', 'names: folder of masks with the images’ stems')
    .option('--pseudo-masks', 'names: the masks are a network’s, never ground truth')
    .option('--pattern <pattern>', 'names: such as {patient}_{slice}')
    .option('--label <label>', 'names: covid or non-covid')
    .option('--source <name>', 'names: what the samples’ source is called')
    .option('--val <share>', 'share of patients for validation, where the dataset has no split')
    .option('--test <share>', 'share of patients for testing, where the dataset has no split')
    .action(async (kind: string, path: string, options: ImportOptions) => {
      const imported = await importKind(kind, path, options);
      await writeManifest(options.out, imported, kind === 'csv' ? dirname(path) : path);
      for (const problem of imported.problems) console.error(formatProblem(problem));
      const counts = new Map<string, number>();
      for (const { split, label } of imported.samples) {
        counts.set(`${split} ${label}`, (counts.get(`${split} ${label}`) ?? 0) + 1);
      }
      console.log(
        `${imported.manifest.name}: ${imported.samples.length} samples, ${imported.problems.length} problems`,
      );
      for (const [name, count] of [...counts].sort())
        console.log(`${String(count).padStart(6)}  ${name}`);
      if (imported.problems.length > 0) process.exitCode = 1;
    });
}

function importKind(kind: string, path: string, options: ImportOptions): Promise<ImportedDataset> {
  const shares = {
    val: share('--val', options.val, 0.15),
    test: share('--test', options.test, 0.15),
  };
  switch (kind as (typeof kinds)[number]) {
    case 'covid-ct':
      return importCovidCt(path);
    case 'covid-seg':
      return importCovidSeg(path, share('--val', options.val, 0.2));
    case 'covid-seg-volumes':
      return importNamePattern(path, {
        images: 'images',
        masks: 'pseudo-masks',
        pseudoMasks: true,
        label: 'covid',
        source: 'covid-seg-volumes',
        shares,
      });
    case 'luna16':
      return importNamePattern(path, { label: 'non-covid', source: 'luna16', shares });
    case 'folders':
      return importFolders(path, shares);
    case 'csv':
      return importCsv(path, shares);
    case 'names': {
      const { images, masks, pseudoMasks, pattern, source = 'names' } = options;
      return importNamePattern(path, {
        label: requiredLabel(options.label),
        source,
        shares,
        ...(images === undefined ? {} : { images }),
        ...(masks === undefined ? {} : { masks }),
        ...(pseudoMasks === undefined ? {} : { pseudoMasks }),
        ...(pattern === undefined ? {} : { pattern }),
      });
    }
  }
  throw new CtError('CT_BAD_REQUEST', `Expected one of ${kinds.join(', ')}, got "${kind}"`);
}

function requiredLabel(text: string | undefined): Label {
  const label = labelFromName(text ?? '');
  if (!label)
    throw new CtError('CT_BAD_REQUEST', `Expected --label covid or non-covid, got "${text ?? ''}"`);
  return label;
}

function share(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value >= 0 && value < 1))
    throw new CtError('CT_BAD_REQUEST', `Expected ${name} from 0 to below 1, got "${text ?? ''}"`);
  return value;
}
