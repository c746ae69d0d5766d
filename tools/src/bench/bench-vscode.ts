import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, readFile, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runInWorkbench } from '../workbench/run-in-workbench.js';
import { phantomVolumeFile } from './phantom-volume-file.js';

/** A row that a part of the benchmark leaves as an annotation of its Playwright test. */
interface BenchRow {
  readonly what: string;
  readonly values: readonly number[];
  readonly unit: 'ms' | 'MB' | '/s' | '';
  readonly aim?: string;
  /** The row of what a user would use instead. */
  readonly peer?: string;
}

/** Options of `benchVscode`. */
export interface VscodeBenchOptions {
  /** The root of the repository. */
  readonly workspace: string;
  readonly repeats: number;
  /** Runs only the parts whose names match. */
  readonly only: string | undefined;
}

/**
 * Times the extension in a real workbench (code-server and Chromium, as its end-to-end tests): packs it, makes the phantoms, runs
 * `apps/vscode-ext/bench` and returns the lines of a Markdown table.
 *
 * @throws {Error} when a part fails: its row would be missing silently.
 */
export async function benchVscode({
  workspace,
  repeats,
  only,
}: VscodeBenchOptions): Promise<string[]> {
  const data = await phantoms(workspace);
  const report = join(workspace, 'apps/vscode-ext/test-output/bench.json');
  await rm(report, { force: true });
  const args = ['--config', 'bench/playwright.config.ts'];
  runInWorkbench({
    workspace,
    args: only === undefined ? args : [...args, '--grep', only],
    env: { GROUNDGLASS_BENCH_DATA: data, GROUNDGLASS_BENCH_REPEATS: String(repeats) },
  });
  return markdown(rowsOf(JSON.parse(await readFile(report, 'utf8'))));
}

/** The folder of opened images: a picture under two names, a DICOM series, a volume in gzip. */
async function phantoms(workspace: string): Promise<string> {
  const cache = join(workspace, '.cache/bench');
  const folder = join(cache, 'vscode');
  await mkdir(folder, { recursive: true });
  const picture = join(workspace, 'samples/covid-slice.png');
  // The second name is opened by Groundglass, the first by VS Code's own preview.
  for (const name of ['phantom.png', 'phantom.ct.png']) await copyFile(picture, join(folder, name));
  const volume = join(folder, 'phantom.nii.gz');
  if (!existsSync(volume)) await copyFile(await phantomVolumeFile(cache), volume);
  const series = join(folder, 'series');
  if (!existsSync(series)) {
    const made = join(cache, 'dicom-30');
    const cli = join(import.meta.dirname, '../phantom/cli.js');
    execFileSync(process.execPath, [cli, '--out', made, '--name', 'phantom'], { stdio: 'ignore' });
    await cp(join(made, 'phantom'), series, { recursive: true });
  }
  return folder;
}

interface Suite {
  readonly suites?: readonly Suite[];
  readonly specs?: readonly {
    readonly tests: readonly {
      readonly annotations: readonly { readonly type: string; readonly description?: string }[];
    }[];
  }[];
}

function rowsOf(suite: unknown): BenchRow[] {
  const { suites = [], specs = [] } = suite as Suite;
  const own = specs
    .flatMap(({ tests }) => tests.flatMap(({ annotations }) => annotations))
    .filter(({ type }) => type === 'row')
    .map(({ description }) => JSON.parse(description ?? '') as BenchRow);
  return [...own, ...suites.flatMap(rowsOf)];
}

function markdown(rows: readonly BenchRow[]): string[] {
  const medianOf = ({ values }: BenchRow) => [...values].sort((a, b) => a - b)[values.length >> 1]!;
  return [
    '| what | median | max | times | of its peer | aim |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => {
      const peer = rows.find(({ what }) => what === row.peer);
      const cells = [
        ...[medianOf(row), Math.max(...row.values)].map((n) => `${n.toFixed(0)} ${row.unit}`),
        String(row.values.length),
        peer ? `${(medianOf(row) / medianOf(peer)).toFixed(2)} times` : '',
        row.aim ?? '',
      ];
      return `| ${[row.what, ...cells].join(' | ')} |`;
    }),
  ];
}
