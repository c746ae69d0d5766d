import { bytesSource, openVolume, type DatasetSample } from '@groundglass/core';
import { pixelHash } from '@groundglass/dataset';
import { replaceFile } from '@groundglass/dataset/disk';
import { writeManifest } from '@groundglass/dataset/node';
import {
  formatReview,
  parseReview,
  samplePanels,
  uncertainFirst,
  type ReviewPanel,
  type ReviewRow,
} from '@groundglass/papers/review';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { copiesBetweenPapers, type PaperCopy } from './copies-between-papers.js';
import { splitsOfPapers, type PaperGroup } from './splits-of-papers.js';

/** The file that a person reviews. */
export const reviewName = 'papers.review.jsonl';

/** Counts of the rows. */
export interface WrittenDataset {
  readonly samples: readonly DatasetSample[];
  /** Figures waiting for a person. */
  readonly open: number;
  /** Pictures in two papers. */
  readonly copies: readonly PaperCopy[];
}

/** The updated review. */
export interface MergedReview {
  readonly rows: ReviewRow[];
  /** Rows with a person's decision whose figures are now cut differently: they are asked again. */
  readonly outdated: readonly ReviewRow[];
}

/**
 * Keeps a person's decisions from an earlier review. Machine values of undecided rows are replaced by new ones.
 *
 * @throws {Error} when the review file holds unreadable lines: they would be lost.
 */
export async function mergeReview(out: string, rows: readonly ReviewRow[]): Promise<MergedReview> {
  const text = await readFile(join(out, reviewName), 'utf8').catch(() => '');
  const { rows: reviewed, problems } = parseReview(text);
  const problem = problems[0];
  if (problem) {
    throw new Error(
      `Expected review rows in ${reviewName}: line ${problem.line}, ${problem.message}. Correct or remove the line.`,
    );
  }
  const keyOf = ({ document, page, id }: ReviewRow): string => `${document.sha256} ${page} ${id}`;
  const decided = new Map(reviewed.filter(isTouched).map((row) => [keyOf(row), row]));
  const merged = rows.map((row) => {
    const before = decided.get(keyOf(row));
    if (!before || !isSameFigure(before, row)) return row;
    decided.delete(keyOf(row));
    return before;
  });
  // Papers that were not given this time stay in the dataset.
  const given = new Set(rows.map(({ document }) => document.sha256));
  return {
    rows: [...merged, ...reviewed.filter(({ document }) => !given.has(document.sha256))],
    outdated: [...decided.values()].filter(({ document }) => given.has(document.sha256)),
  };
}

/** A person's boxes are in pixels of the figure's picture. */
function isSameFigure(a: ReviewRow, b: ReviewRow): boolean {
  return (
    a.caption === b.caption &&
    a.picture.columns === b.picture.columns &&
    a.picture.rows === b.picture.rows
  );
}

function isTouched(row: ReviewRow): boolean {
  return row.state !== 'open' || row.panels.some(({ decidedBy }) => decidedBy === 'person');
}

/**
 * Writes the review file, the panels that a person cut again, and the manifest. Papers that share a picture share a split.
 *
 * @param acceptAbove leaves out less sure labels; undefined keeps every slice, with a null label where the words do
 * not say.
 */
export async function writePapersDataset(
  out: string,
  rows: readonly ReviewRow[],
  { acceptAbove, labels, positive, whole, signal }: PapersDatasetOptions,
): Promise<WrittenDataset> {
  const cut: ReviewRow[] = [];
  for (const row of rows) cut.push(await withImages(out, row));
  await replaceFile(join(out, reviewName), formatReview(uncertainFirst(cut)));
  const negative = labels.find((label) => label !== positive) ?? positive;
  const found: FoundSample[] = [];
  for (const row of cut) {
    for (const panel of samplePanels(row, acceptAbove)) {
      const prints = await fingerprints(join(out, panel.image!));
      const label =
        panel.label === 'unsure' ? null : panel.label === 'positive' ? positive : negative;
      found.push({ row, panel, label, prints });
    }
  }
  const plain = found.map((sample) => toSample(sample));
  const copies = await copiesBetweenPapers(out, plain, signal);
  const keys = found.map(({ row }) => (whole === 'figure' ? row.id : row.document.key));
  const groups = groupSharing(keys, [...copies, ...samePixels(found)]);
  const originals = new Map(copies.map(([first, second]) => [second, plain[first]!.path]));
  const counts = new Map<string, PaperGroup>();
  for (const [i, sample] of found.entries()) {
    const name = groups.get(keys[i]!)!;
    const { positive: p, negative: n } = counts.get(name) ?? { positive: 0, negative: 0 };
    const [isPositive, isNegative] = [sample.label === positive, sample.label === negative];
    counts.set(name, { name, positive: p + Number(isPositive), negative: n + Number(isNegative) });
  }
  const splits = splitsOfPapers([...counts.values()]);
  const samples = plain.map((sample, i) => ({
    ...sample,
    split: splits.get(groups.get(keys[i]!)!)!,
    ...(whole === 'figure' ? { patient: groups.get(keys[i]!)! } : {}),
    meta: { ...sample.meta, sameAs: originals.get(i) ?? null },
  }));
  await writeManifest(
    out,
    {
      manifest: {
        format: 'groundglass-dataset',
        version: 1,
        name: 'from-papers',
        description:
          'CT slices cut from the figures of papers by groundglass-trainer dataset extract. The images belong to the papers’ authors and publishers.',
        samples: 'samples.jsonl',
        labels: [...labels],
        positive,
      },
      samples,
    },
    out,
  );
  const open = cut.filter(
    ({ state, panels }) => state === 'open' && panels.some(({ kind }) => kind === 'axial-ct'),
  ).length;
  return { samples, open, copies };
}

/** Options of the manifest. */
export interface PapersDatasetOptions {
  readonly acceptAbove: number | undefined;
  readonly labels: readonly string[];
  readonly positive: string;
  /** What splits keep together: papers, or only figures if there are too few papers. */
  readonly whole: 'paper' | 'figure';
  /** Stops the search for copies between papers. */
  readonly signal?: AbortSignal;
}

interface FoundSample {
  readonly row: ReviewRow;
  readonly panel: ReviewPanel;
  readonly label: string | null;
  readonly prints: { readonly sha256: string; readonly pixelHash: string };
}

async function fingerprints(path: string): Promise<FoundSample['prints']> {
  const bytes = await readFile(path);
  const volume = await openVolume(bytesSource(bytes));
  return {
    sha256: createHash('sha256').update(bytes).digest('hex'),
    pixelHash: await pixelHash(await volume.slice(0)),
  };
}

/** Gives papers or figures that share a picture the same split name: the first of their keys. */
function groupSharing(
  keys: readonly string[],
  pairs: readonly PaperCopy[],
): ReadonlyMap<string, string> {
  const parent = new Map<string, string>();
  const root = (key: string): string => {
    const next = parent.get(key) ?? key;
    return next === key ? key : root(next);
  };
  for (const [first, second] of pairs) {
    const [a, b] = [root(keys[first]!), root(keys[second]!)].sort();
    if (a !== b) parent.set(b!, a!);
  }
  return new Map(keys.map((key) => [key, root(key)]));
}

/** Samples with the pixels of an earlier one, with that one. */
function samePixels(found: readonly FoundSample[]): PaperCopy[] {
  const firsts = new Map<string, number>();
  return found.flatMap(({ prints: { pixelHash: hash } }, i) => {
    const first = firsts.get(hash);
    if (first === undefined) firsts.set(hash, i);
    return first === undefined ? [] : [[first, i] as const];
  });
}

/** Crops the panels whose boxes a person drew. */
async function withImages(out: string, row: ReviewRow): Promise<ReviewRow> {
  const panels: ReviewPanel[] = [];
  for (const panel of row.panels) {
    if (panel.image !== null || panel.kind !== 'axial-ct' || row.state === 'skipped') {
      panels.push(panel);
      continue;
    }
    const image = `images/${row.id}%${panel.id}.png`;
    const { left, top, columns, rows } = panel.box;
    await sharp(join(out, row.picture.path))
      .extract({ left, top, width: columns, height: rows })
      .png()
      .toFile(join(out, image));
    panels.push({ ...panel, image });
  }
  return { ...row, panels };
}

/** The sample, before its split is set. */
function toSample({ row, panel, label, prints }: FoundSample): DatasetSample {
  const { document } = row;
  const words = panel.evidence[0];
  const [left, top, right, bottom] = panel.pageBox ?? [null, null, null, null];
  return {
    path: panel.image!,
    label,
    split: 'train',
    // Papers stay whole: whether two figures of a paper show the same patient is unknown.
    patient: document.key,
    document: document.doi ?? document.key,
    source: document.key,
    ...prints,
    meta: {
      file: document.file,
      doi: document.doi,
      arxiv: document.arxiv,
      title: document.title,
      page: row.page,
      figure: row.figure,
      panel: panel.letter,
      object: panel.object,
      left,
      top,
      right,
      bottom,
      pixels: panel.source,
      caption: row.caption,
      subCaption: panel.subCaption,
      evidence: words?.text ?? null,
      evidenceIn: words?.source ?? null,
      evidenceRule: words?.rule ?? null,
      evidenceStart: words?.start ?? null,
      evidenceEnd: words?.end ?? null,
      confidence: panel.confidence,
      decidedBy: panel.decidedBy,
      ...panel.metadata,
      ...Object.fromEntries(
        Object.entries(panel.metadataEvidence).map(([field, { text }]) => [
          `${field}Evidence`,
          text,
        ]),
      ),
    },
  };
}
