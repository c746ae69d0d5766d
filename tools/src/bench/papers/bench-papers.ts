import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { formatTable } from '../../start/table.js';
import { scoreComposites } from './composite-score.js';
import { PublishedSearch } from './published-score.js';
import { scoreTruth, truthTable } from './truth-score.js';
import { scoreWorkbook, type FieldScore } from './workbook-score.js';

const run = promisify(execFile);

/** Options of {@link benchPapers}. */
export interface PapersBenchOptions {
  /** Folder of PDFs with `truth.json`; its table is left out if it is missing. */
  readonly truth: string | undefined;
  /** Folder of real CT data. */
  readonly data: string | undefined;
  readonly composites: number;
  /** Seed of the composites. */
  readonly seed: number;
  readonly python: string;
}

/** Measures figures, captions and panels on hand-checked PDFs, panel counts on composites, and words on COVID-CT's workbook. */
export async function* benchPapers({
  truth,
  data,
  composites,
  seed,
  python,
}: PapersBenchOptions): AsyncGenerator<string> {
  if (truth === undefined)
    yield 'No folder of PDFs with truth.json: its table is left out (--truth FOLDER).';
  else {
    const published = new PublishedSearch();
    const score = await scoreTruth(truth, (document, figure) => {
      published.add(document, figure);
    });
    yield formatTable(['hand-checked PDFs', 'found', 'recall', 'precision'], truthTable(score));
    yield `${score.pages} pages in ${score.seconds.toFixed(1)} s: ${(score.pages / score.seconds).toFixed(2)} pages a second`;
    const theirs = await pagesASecond(python, truth);
    yield theirs === undefined
      ? 'PyMuPDF was not measured: pip install pymupdf, and name its python with --python.'
      : `PyMuPDF (text and images, no figures, captions or panels): ${theirs.toFixed(1)} pages a second`;
    for (const note of score.notes) yield `  ${note}`;
    const search = data === undefined ? undefined : await published.find(data);
    if (search) {
      const { pictures, found } = search;
      yield `Of ${pictures} published pictures of COVID-CT ${found.length} stand in these PDFs; ${found.filter(({ cut }) => cut).length} of them come out as a panel`;
      for (const { name, where, cut } of found)
        yield `  ${name} in ${where}: ${cut ? 'cut' : 'not cut'}`;
    }
  }
  const counts = await scoreComposites(data, composites, seed);
  yield formatTable(
    [`composites, seed ${seed}`, 'panels counted exactly', 'share'],
    counts.map(({ kind, exact, total }) => [kind, `${exact}/${total}`, (exact / total).toFixed(2)]),
  );
  const workbook = join(data ?? '', 'covid-ct/COVID-CT-MetaInfo.xlsx');
  if (data === undefined || !existsSync(workbook)) {
    yield 'No workbook of COVID-CT: its table is left out (--data FOLDER).';
    return;
  }
  const words = await scoreWorkbook(workbook);
  const labelRow = (
    name: string,
    { positive, negative, unsure }: typeof words.labels,
  ): string[] => [
    name,
    share(positive, positive + negative + unsure),
    share(positive, positive + negative),
    `${positive} positive, ${negative} negative, ${unsure} unsure`,
  ];
  yield formatTable(
    ['workbook of COVID-CT', 'recall', 'precision', ''],
    [
      labelRow('label, the caption alone', words.labels),
      labelRow('label, with a title that names the disease', words.withTitle),
      ...words.fields.map(fieldRow),
      fieldRow({ ...words.timeOfPart, field: 'time, of the part that states it' }),
    ],
  );
  yield formatTable(
    ['captions that were not looked at', 'recall', 'precision', ''],
    words.unseen.map(fieldRow),
  );
}

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : (part / whole).toFixed(2);
}

function fieldRow({ field, stated, read, right, both, agree }: FieldScore): string[] {
  return [
    field,
    share(right, stated),
    share(right, read),
    `${right} of ${stated} that the caption states, ${read} read; ${agree} of ${both} that both have`,
  ];
}

async function pagesASecond(python: string, folder: string): Promise<number | undefined> {
  try {
    const { stdout } = await run(python, [
      join(import.meta.dirname, '../../../src/bench/peers/papers.py'),
      folder,
    ]);
    return Number(stdout);
  } catch {
    return undefined;
  }
}
