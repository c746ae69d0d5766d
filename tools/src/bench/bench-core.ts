import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { phantomVolumeFile } from './phantom-volume-file.js';
import type { CoreTask } from './core-worker.js';

const run = promisify(execFile);

/** One line of the table. */
export interface CoreRow {
  readonly name: string;
  readonly ours: number;
  /** Undefined if Python or its packages are not installed. */
  readonly theirs: number | undefined;
}

/** Options of {@link benchCore}. */
export interface CoreBenchOptions {
  /** The folder of real CT data; rows that need it are left out if it is missing. */
  readonly data: string | undefined;
  readonly cache: string;
  readonly repeats: number;
  readonly python: string;
  readonly threads: number;
}

/**
 * Times decode + window + resize to 480 against Python's stack, medians in milliseconds, both warm: the 30-slice DICOM series, the
 * first slice and slice 150 of a 512×512×300 NIfTI in gzip, and the COVID-CT pictures. Ours uses `threads` threads, Python one.
 */
export async function benchCore({
  data,
  cache,
  repeats,
  python,
  threads,
}: CoreBenchOptions): Promise<CoreRow[]> {
  const nifti = await phantomVolumeFile(cache);
  const seriesFolder = existing(data, 'dicom/lung-pet-ct-dx-a0002');
  const pictureFolders = ['CT_COVID', 'CT_NonCOVID'].flatMap(
    (name) => existing(data, `covid-ct/${name}`) ?? [],
  );
  const pool = Array.from(
    { length: threads },
    () => new Worker(new URL('./core-worker.js', import.meta.url)),
  );
  const rows: CoreRow[] = [];
  const theirs = await pythonTimes(python, [
    String(repeats),
    seriesFolder ?? '-',
    nifti,
    ...(pictureFolders.length > 0 ? pictureFolders : ['-']),
  ]);
  try {
    if (seriesFolder !== undefined) {
      const files = await filesIn(seriesFolder);
      const tasks = pool.map((_, part): CoreTask => ({ kind: 'series', files, part, of: threads }));
      rows.push({
        name: 'DICOM series, 30 slices',
        ours: await median(pool, tasks, repeats),
        theirs: theirs.series,
      });
    }
    for (const slice of [0, 150]) {
      const tasks: CoreTask[] = [{ kind: 'volume', file: nifti, slice }];
      rows.push({
        name: `NIfTI in gzip, 512×512×300, slice ${slice}`,
        ours: await median(pool, tasks, repeats),
        theirs: theirs[`volume-${slice}`],
      });
    }
    if (pictureFolders.length > 0) {
      const files = (await Promise.all(pictureFolders.map(filesIn))).flat();
      const tasks = pool.map((_, part): CoreTask => ({
        kind: 'pictures',
        files: files.filter((_file, i) => i % threads === part),
      }));
      rows.push({
        name: `COVID-CT pictures, ${files.length}`,
        ours: await median(pool, tasks, Math.max(1, Math.floor(repeats / 3))),
        theirs: theirs.pictures,
      });
    }
  } finally {
    await Promise.all(pool.map((worker) => worker.terminate()));
  }
  return rows;
}

/** The median of whole rounds, after one warm-up. */
async function median(
  pool: readonly Worker[],
  tasks: readonly CoreTask[],
  repeats: number,
): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i <= repeats; i++) {
    const started = performance.now();
    await Promise.all(tasks.map((task, k) => ask(pool[k]!, task)));
    if (i > 0) times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b)[times.length >> 1]!;
}

function ask(worker: Worker, task: CoreTask): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.once('message', () => {
      worker.off('error', reject);
      resolve();
    });
    worker.once('error', reject);
    worker.postMessage(task);
  });
}

async function pythonTimes(
  python: string,
  args: string[],
): Promise<Partial<Record<string, number>>> {
  const script = join(import.meta.dirname, '../../src/bench/peers/core.py');
  try {
    const { stdout } = await run(python, [script, ...args]);
    return JSON.parse(stdout) as Record<string, number>;
  } catch (error) {
    console.error(
      `Python's side was not measured: ${error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : String(error)}`,
    );
    return {};
  }
}

async function filesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).map((name) => join(folder, name));
}

function existing(data: string | undefined, path: string): string | undefined {
  const folder = join(data ?? '', path);
  return data !== undefined && existsSync(folder) ? folder : undefined;
}
