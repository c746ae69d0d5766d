import { CtError } from '@groundglass/core';
import { Argument, Option, type Command } from 'commander';
import { execFile } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { makeFolder, replaceFile } from '@groundglass/dataset/disk';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { paperRows, type PaperRow } from '../reproduction/paper-tables.js';
import { readReproductionData } from '../reproduction/read-data.js';
import { reproduceBaselines } from '../reproduction/reproduce-baselines.js';
import { reproduceRow, sampleHash } from '../reproduction/reproduce-row.js';
import { reproductionTable, type TableName } from '../reproduction/reproduction-table.js';
import { readRows } from '../reproduction/read-rows.js';
import type { ReproductionRow } from '../reproduction/result-row.js';
import { scales, type ScaleName } from '../reproduction/scales.js';
import { rowData, type RowData } from '../reproduction/training-set.js';
import { lockRun } from '../run/run-lock.js';
import { readStart } from '../weights/start-weights.js';
import { readEngineOptions, withEngineOptions, type EngineFlags } from './engine-options.js';
import { progressReporter } from './progress.js';
import { wholeNumber } from './whole-number.js';
import { TrainerError } from '../errors.js';

interface ReproduceOptions extends EngineFlags {
  readonly data: string;
  readonly out: string;
  readonly scale: ScaleName;
  readonly seeds: string;
  readonly shard?: string;
  readonly init?: string;
  readonly fromScratch: boolean;
  readonly resume: boolean;
  readonly tableOnly: boolean;
}

/** `reproduce table4|table5`: the paper's tables, trained and measured here. */
export function registerReproduce(program: Command): void {
  const command = program
    .command('reproduce')
    .description(
      'trains and scores the rows of the COVID-CT paper’s Table 4 or 5 (table4, table5) and prints the paper’s figures next to its own',
    )
    .addArgument(new Argument('<table>', 'table of the paper').choices(['table4', 'table5']))
    .requiredOption(
      '--data <folder>',
      'folder with original-ct-split.csv, its pictures, and covid-ct/ as published',
    )
    .option('--out <folder>', 'the runs and rows.jsonl', 'runs/reproduce')
    .addOption(
      new Option('--scale <name>', 'paper, or small for a machine of two cores')
        .choices(Object.keys(scales))
        .default('paper'),
    )
    .option('--seeds <n>', 'runs of each row, with the seeds 1 to n', '1')
    .option('--shard <i/n>', 'only every n-th job, from the i-th: for array jobs and CI matrices')
    .option('--init <weights>', 'ImageNet weights of the backbone, which fetch-weights downloads')
    .option('--from-scratch', 'train from random weights, unlike the paper', false)
    .option(
      '--resume',
      'continue the jobs in --out; without it, a folder with rows is refused',
      false,
    )
    .option('--table-only', 'print the table of the existing rows, and train nothing', false);
  withEngineOptions(command).action((table: TableName, options: ReproduceOptions) =>
    reproduce(table, options),
  );
}

async function reproduce(table: TableName, options: ReproduceOptions): Promise<void> {
  const out = resolve(options.out);
  await makeFolder(out);
  const file = join(out, 'rows.jsonl');
  const before = await readRows(file);
  if (options.tableOnly) {
    console.log(reproductionTable(table, before, options.scale));
    return;
  }
  if (before.length > 0 && !options.resume)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected an empty --out, "${options.out}" holds ${before.length} rows: --resume continues them`,
    );
  if (options.init === undefined && !options.fromScratch)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected --init with ImageNet weights of ${scales[options.scale].recipe.model.backbone}, which the paper starts from (groundglass-trainer fetch-weights); --from-scratch trains from random weights`,
    );
  const jobs = jobsOf(table, options);
  const start = options.init === undefined ? undefined : await readStart(options.init);
  if (!start) console.error('Training from random weights: the paper starts from ImageNet.');
  const { root, ...data } = await readReproductionData(resolve(options.data));
  const stop = new AbortController();
  process.once('SIGINT', () => {
    console.error('\nStopping; --resume continues from the last whole epoch.');
    stop.abort(new CtError('CT_CANCELLED', 'Stopped by Ctrl+C'));
  });
  const release = await lockRun(out);
  try {
    const common = {
      scale: options.scale,
      root,
      out,
      command: ['groundglass-trainer', ...process.argv.slice(2)].join(' '),
      commit: await commitHere(),
      signal: stop.signal,
    };
    const rows = [...before];
    // Drops the half row that a kill may have left, since the next one is appended to it.
    await replaceFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const isDone = (id: string, seed: number, own: RowData) => {
      const done = rows.find(
        ({ row, seed: other, scale }) => row === id && other === seed && scale === options.scale,
      );
      if (done && done.data !== sampleHash([...own.train, ...own.validation, ...own.test]))
        throw new TrainerError(
          'TRAIN_BAD_OPTION',
          `Expected the data that ${file} was made with, its row ${id} has other pictures, labels or splits: choose another --out`,
        );
      return done !== undefined;
    };
    const add = async (row: ReproductionRow) => {
      rows.push(row);
      await appendFile(file, `${JSON.stringify(row)}\n`);
    };
    for (const [i, { row, seed }] of jobs.entries()) {
      const own = rowData(row, data, seed);
      if (isDone(row.id, seed, own)) continue;
      console.error(`${i + 1} of ${jobs.length}: ${row.title}, seed ${seed}`);
      const reporter = progressReporter(scales[options.scale].recipe.epochs);
      try {
        await add(
          await reproduceRow({
            ...common,
            row,
            seed,
            data: own,
            start,
            ...readEngineOptions(options),
            onProgress: reporter.show,
          }),
        );
      } finally {
        reporter.close();
      }
    }
    const combination = rowData(paperRows.at(-1)!, data, 1);
    for (const row of await reproduceBaselines({
      ...common,
      data: combination,
      isDone: (id) => isDone(id, 1, combination),
    }))
      await add(row);
    console.log(reproductionTable(table, rows, options.scale));
  } finally {
    await release();
  }
}

interface Job {
  readonly row: PaperRow;
  readonly seed: number;
}

/** The jobs of a table, seed by seed, so that every row has one seed before the second begins. */
function jobsOf(table: TableName, { seeds, shard }: ReproduceOptions): Job[] {
  const count = wholeNumber('--seeds', seeds, 1);
  const jobs = Array.from({ length: count }, (_, i) => i + 1).flatMap((seed) =>
    paperRows.filter(({ tables }) => tables.includes(table)).map((row) => ({ row, seed })),
  );
  if (shard === undefined) return jobs;
  const [, index, of] = /^(\d+)\/(\d+)$/.exec(shard)?.map(Number) ?? [];
  if (index === undefined || of === undefined || index < 1 || index > of)
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected --shard i/n with i from 1 to n, got "${shard}"`,
    );
  return jobs.filter((_, i) => i % of === index - 1);
}

/** The commit of the program's own working tree; null if there is none, as in an installed package. */
async function commitHere(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
    });
    return stdout.trim();
  } catch {
    return null;
  }
}
