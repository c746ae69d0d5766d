import type { DatasetSample } from '@groundglass/core';
import { counted } from '@groundglass/dataset';
import { makeFolder } from '@groundglass/dataset/disk';
import { paperErrorCatalogue } from '@groundglass/papers';
import { formatReview, type ReviewRow } from '@groundglass/papers/review';
import { Option, type Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import type { PaperCopy } from '../papers/copies-between-papers.js';
import { extractPapers, type FileProblem, type RunProgress } from '../papers/extract-papers.js';
import { findPapers } from '../papers/find-papers.js';
import { mergeReview, reviewName, writePapersDataset } from '../papers/write-papers-dataset.js';
import { showCount } from './progress.js';
import { TrainerError } from '../errors.js';

/** File for decisions on figures that are now cut differently. */
const outdatedName = 'papers.outdated.jsonl';

interface ExtractOptions {
  readonly out: string;
  readonly acceptAbove?: string;
  readonly labels: string;
  readonly positive?: string;
  readonly workers: string;
  readonly seconds: string;
  readonly memory: string;
  readonly maxPages: string;
  readonly whole: 'paper' | 'figure';
}

/** `dataset extract FILE_OR_FOLDER… --out DIR`. */
export function registerExtract(dataset: Command): void {
  dataset
    .command('extract')
    .description(
      'cuts CT slices out of the figures of papers (PDF), with captions, labels and their evidence; run again to continue or to apply a review',
    )
    .argument('<paths...>', 'PDFs, or folders of them')
    .requiredOption('--out <folder>', 'where manifest, images and review file go')
    .option(
      '--accept-above <confidence>',
      'keep only labels at least this certain (0 to 1), and human decisions; by default every slice is kept, without a label if the text states none',
    )
    .option('--labels <names>', 'all labels, separated by commas', 'non-covid,covid')
    .option(
      '--positive <label>',
      'the label for what the text calls positive (default: the last of --labels)',
    )
    .option(
      '--workers <count>',
      'documents read at a time',
      String(Math.max(1, Math.min(8, availableParallelism() - 1))),
    )
    .addOption(
      new Option(
        '--whole <unit>',
        'what splits keep together; figures of one paper in two splits share patients, so "train" then needs --allow-leaks document',
      )
        .choices(['paper', 'figure'])
        .default('paper'),
    )
    .option('--seconds <count>', 'time limit for a document, in seconds', '300')
    .option('--memory <MiB>', 'memory limit for a document, in MiB', '2048')
    .option('--max-pages <count>', 'page limit for a document', '3000')
    .action(async (paths: string[], options: ExtractOptions) => {
      await extract(paths, options);
    });
}

async function extract(paths: readonly string[], options: ExtractOptions): Promise<void> {
  const out = resolve(options.out);
  const acceptAbove =
    options.acceptAbove === undefined
      ? undefined
      : number('--accept-above', options.acceptAbove, 0, 1);
  const labels = options.labels.split(',').map((label) => label.trim());
  const positive = options.positive ?? labels.at(-1) ?? '';
  if (labels.length < 2 || labels.includes('') || !labels.includes(positive)) {
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected --labels of at least two names and --positive one of them, got "${options.labels}" and "${positive}"`,
    );
  }
  const files = await findPapers(paths);
  if (files.length === 0) {
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected PDFs, there is none in ${paths.map((path) => `"${path}"`).join(', ')}`,
    );
  }
  await makeFolder(out);
  const cancel = new AbortController();
  const onInterrupt = (): void => {
    cancel.abort();
  };
  process.once('SIGINT', onInterrupt);
  process.once('SIGTERM', onInterrupt);
  const extracted = await extractPapers(files, {
    out,
    workers: number('--workers', options.workers, 1, 64),
    memoryMiB: number('--memory', options.memory, 128, 65_536),
    seconds: number('--seconds', options.seconds, 1, 86_400),
    mostPages: number('--max-pages', options.maxPages, 1, 1_000_000),
    signal: cancel.signal,
    onProgress: showProgress,
  });
  showCount('');
  const { rows, outdated } = await mergeReview(out, extracted.rows);
  if (outdated.length > 0) await keepOutdated(out, outdated);
  const { samples, open, copies } = await writePapersDataset(out, rows, {
    acceptAbove,
    labels,
    positive,
    whole: options.whole,
    signal: cancel.signal,
  });
  process.off('SIGINT', onInterrupt);
  process.off('SIGTERM', onInterrupt);
  await writeFile(
    join(out, 'problems.jsonl'),
    extracted.problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''),
  );
  for (const problem of extracted.problems) console.error(formatPaperProblem(problem));
  const slices = rows
    .flatMap(({ panels }) => panels)
    .filter(({ kind }) => kind === 'axial-ct').length;
  const counts = new Map<string, number>();
  for (const { split, label } of samples) {
    counts.set(
      `${split} ${label ?? 'without a label'}`,
      (counts.get(`${split} ${label ?? 'without a label'}`) ?? 0) + 1,
    );
  }
  console.log(
    `${extracted.documents} of ${files.length} documents, ${extracted.pages} pages, ${rows.length} figures, ${slices} CT slices`,
  );
  for (const [name, count] of [...counts].sort())
    console.log(`${String(count).padStart(6)}  ${name}`);
  const lacks = labels.filter(
    (label) => !samples.some((sample) => sample.split === 'val' && sample.label === label),
  );
  if (samples.length > 0 && lacks.length > 0)
    console.log(
      `The validation split has no ${lacks.join(' and no ')} slice: papers are kept whole, and too few have labels. Add papers or review the waiting figures; --whole figure divides within a paper, for a trial`,
    );
  if (isDivided(samples))
    console.log(
      'Figures of one paper are in several splits: train needs --allow-leaks document, and scores then say nothing about new papers',
    );
  for (const line of sharedPictures(samples, copies)) console.log(line);
  console.log(
    `${counted(open, 'figure')} to review: open ${join(options.out, reviewName)} in VS Code`,
  );
  console.log(
    `${counted(samples.length, 'sample')} in ${join(options.out, 'groundglass.dataset.json')}`,
  );
  if (cancel.signal.aborted) {
    console.error('Stopped. Run the same command again to continue.');
    process.exitCode = 130;
  } else if (extracted.problems.some(({ fatal }) => fatal)) {
    process.exitCode = 1;
  }
}

/** Moves decisions on figures that are now cut differently to a separate file, and names it. */
async function keepOutdated(out: string, outdated: readonly ReviewRow[]): Promise<void> {
  await writeFile(join(out, outdatedName), formatReview(outdated));
  console.error(
    `${outdated.length} decided figures are cut differently now and wait for review again: ${outdated.map(({ id }) => id).join(', ')}. The earlier decisions are kept in ${outdatedName}`,
  );
}

/** Whether slices of one paper are in several splits. */
function isDivided(samples: readonly DatasetSample[]): boolean {
  const splits = new Map<string, string>();
  return samples.some(({ document = '', split }) => {
    const other = splits.get(document);
    splits.set(document, split);
    return other !== undefined && other !== split;
  });
}

/** One line for each pair of papers with common pictures. */
function sharedPictures(
  samples: readonly DatasetSample[],
  copies: readonly PaperCopy[],
): readonly string[] {
  const counts = new Map<string, number>();
  for (const [first, second] of copies) {
    const names = `${samples[first]!.source} and ${samples[second]!.source}`;
    counts.set(names, (counts.get(names) ?? 0) + 1);
  }
  return [...counts].map(
    ([names, count]) =>
      `${count} ${count === 1 ? 'picture is' : 'pictures are'} in two papers, which share a split: ${names}`,
  );
}

/** `file:page: sentence (CODE). Advice`. */
function formatPaperProblem({ file, page, code, message }: FileProblem): string {
  return `${file}${page === null ? '' : `:${page}`}: ${message} (${code}). ${paperErrorCatalogue[code].advice}`;
}

/** Updates one line on a terminal, prints a line a document elsewhere. */
function showProgress({ name, phase, done, total, documents, ofDocuments }: RunProgress): void {
  const place = `${documents}/${ofDocuments} documents`;
  if (process.stderr.isTTY) {
    showCount(`${place}  ${name}  ${total > 0 ? `${phase} ${done}/${total}` : phase}`);
  } else if (phase === 'done' || phase === 'failed' || phase === 'cached') {
    console.error(`${place}  ${name}  ${phase === 'cached' ? 'read before' : phase}`);
  }
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= least && value <= most)) {
    throw new TrainerError(
      'TRAIN_BAD_OPTION',
      `Expected ${name} from ${least} to ${most}, got "${text}"`,
    );
  }
  return value;
}
