import { CtError } from '@groundglass/core';
import {
  croissantText,
  datasheetText,
  describeDataset,
  imagefolderFiles,
  parseFindings,
  samplesCsv,
  samplesText,
  sha256Hex,
  type DescribedDataset,
} from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { Option, type Command } from 'commander';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openForWork } from '../datasets/open-for-work.js';
import { readAllFacts } from '../datasets/read-all-facts.js';
import { datasetProgress, stopAtInterrupt } from './dataset-progress.js';

/** `dataset datasheet`, `dataset croissant`, `dataset export`. */
export function registerDescribe(dataset: Command): void {
  const described = (
    name: string,
    file: string,
    text: string,
    write: (d: DescribedDataset) => string,
  ) =>
    dataset
      .command(name)
      .description(text)
      .argument('<manifest>', 'the manifest, or the folder that holds it')
      .option('--out <file>', `the file to write (default: ${file} next to the manifest)`)
      .option('--findings <file>', 'an audit’s findings (default: those next to the manifest)')
      .action(async (path: string, options: { out?: string; findings?: string }) => {
        const { folder, content } = await describe(path, options.findings);
        const out = options.out ?? join(folder, file);
        await replaceFile(out, write(content));
        console.log(`Wrote ${out}`);
      });
  described(
    'datasheet',
    'datasheet.md',
    'writes a datasheet (Gebru et al.) filled from manifest, statistics and audit',
    datasheetText,
  );
  described(
    'croissant',
    'croissant.json',
    'writes Croissant metadata with the RAI fields, filled from the same sources',
    croissantText,
  );
  dataset
    .command('export')
    .description('writes the dataset in another layout')
    .argument('<manifest>', 'the manifest, or the folder that holds it')
    .requiredOption('--out <path>', 'the folder to write, or the file for csv')
    .addOption(
      new Option('--format <name>', 'imagefolder is Hugging Face’s; csv is a table of the samples')
        .choices(['imagefolder', 'csv'])
        .default('imagefolder'),
    )
    .action((path: string, options: { out: string; format: 'imagefolder' | 'csv' }) =>
      exportDataset(path, options),
    );
}

async function describe(
  path: string,
  findings: string | undefined,
): Promise<{ folder: string; content: DescribedDataset }> {
  const opened = await openForWork(path);
  const progress = datasetProgress();
  const facts = await readAllFacts(opened, progress.show, stopAtInterrupt()).finally(async () => {
    progress.close();
    await opened.save();
  });
  const { dataset, folder } = opened;
  const found = findings ?? (await newestFindings(folder));
  return {
    folder,
    content: {
      dataset,
      statistics: describeDataset(dataset, (name) => facts.get(name)),
      findings: found === undefined ? [] : parseFindings(await readText(found), found).findings,
      samplesSha256: await sha256Hex(
        await readFile(join(folder, 'samples.jsonl')).catch(() =>
          new TextEncoder().encode(samplesText(dataset.samples)),
        ),
      ),
    },
  };
}

async function newestFindings(folder: string): Promise<string | undefined> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.audit.jsonl'));
  return names.length === 0 ? undefined : join(folder, names[0]!);
}

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new CtError('CT_READ_FAILED', `Expected a findings file "${path}"`, { cause: error });
  });
}

async function exportDataset(
  path: string,
  { out, format }: { out: string; format: 'imagefolder' | 'csv' },
): Promise<void> {
  const { dataset, files } = await openForWork(path);
  if (format === 'csv') {
    await replaceFile(out, samplesCsv(dataset.samples));
    console.log(`Wrote ${dataset.samples.length} rows to ${out}`);
    return;
  }
  const progress = datasetProgress();
  const signal = stopAtInterrupt();
  let done = 0;
  try {
    for await (const file of imagefolderFiles(files, dataset.samples)) {
      if (signal.aborted) throw new CtError('CT_CANCELLED', 'Stopped by Ctrl+C');
      const target = join(out, file.path);
      await replaceFile(target, file.bytes);
      progress.show({ phase: 'copying', done: ++done, total: undefined });
    }
  } finally {
    progress.close();
  }
  console.log(`Wrote ${done} files to ${out}`);
}
