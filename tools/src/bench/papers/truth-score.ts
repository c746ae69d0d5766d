import { extractPaper, PaperError, type PaperFigure, type PaperPanel } from '@groundglass/papers';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

type Box = readonly [number, number, number, number];

interface TruthFigure {
  readonly page: number;
  readonly number: string;
  readonly ctPanels: number;
  readonly panelBoxes: readonly {
    readonly box: Box;
    readonly kind: string;
    readonly label?: string;
  }[];
  readonly captionFull: string;
}

interface TruthDocument {
  readonly file: string;
  readonly figures: readonly TruthFigure[];
}

/** Counts against hand-checked figures; {@link truthTable} turns them into shares. */
export interface TruthScore {
  figures: { truth: number; found: number; extra: number };
  ctFigures: { truth: number; found: number; extra: number };
  exactPanels: { truth: number; exact: number };
  slices: { truth: number; found: number; extra: number; iouSum: number };
  captions: { truth: number; whole: number };
  labels: { truth: number; said: number; right: number };
  pages: number;
  seconds: number;
  readonly notes: string[];
}

/** A panel counts as found if its box overlaps the true one this much. */
const found = 0.5;

/**
 * Extracts every PDF of a folder with a `truth.json` and compares: figures by page and number, captions by their words,
 * panels by number and box, labels panel by panel.
 */
export async function scoreTruth(
  folder: string,
  onFigure: (document: string, figure: PaperFigure) => void = () => undefined,
): Promise<TruthScore> {
  const truth = JSON.parse(await readFile(join(folder, 'truth.json'), 'utf8')) as TruthDocument[];
  const score: TruthScore = {
    figures: { truth: 0, found: 0, extra: 0 },
    ctFigures: { truth: 0, found: 0, extra: 0 },
    exactPanels: { truth: 0, exact: 0 },
    slices: { truth: 0, found: 0, extra: 0, iouSum: 0 },
    captions: { truth: 0, whole: 0 },
    labels: { truth: 0, said: 0, right: 0 },
    pages: 0,
    seconds: 0,
    notes: [],
  };
  for (const document of truth) {
    const path = join(folder, document.file);
    if (!existsSync(path)) continue;
    const figures: PaperFigure[] = [];
    const started = performance.now();
    try {
      const paper = await extractPaper(await readFile(path), {
        name: document.file,
        onFigure: (figure) => {
          figures.push(figure);
        },
      });
      score.pages += paper.pages;
    } catch (error) {
      score.notes.push(
        `${document.file}: ${error instanceof PaperError ? error.code : String(error)}`,
      );
    }
    score.seconds += (performance.now() - started) / 1000;
    for (const figure of figures) onFigure(document.file, figure);
    scoreDocument(document, figures, score);
  }
  return score;
}

function scoreDocument(
  document: TruthDocument,
  figures: readonly PaperFigure[],
  score: TruthScore,
): void {
  const matched = new Set<PaperFigure>();
  for (const wanted of document.figures) {
    const figure = figures.find(
      (candidate) =>
        !matched.has(candidate) &&
        candidate.page === wanted.page &&
        (wanted.captionFull === ''
          ? candidate.caption === null
          : candidate.caption !== null && (candidate.number ?? '') === wanted.number),
    );
    const slices = (figure?.panels ?? []).filter(({ kind }) => kind === 'axial-ct');
    score.figures.truth++;
    if (wanted.ctPanels > 0) {
      score.ctFigures.truth++;
      score.exactPanels.truth++;
    }
    if (wanted.captionFull !== '') {
      score.captions.truth++;
      if (figure?.caption && isWhole(figure.caption.text, wanted.captionFull))
        score.captions.whole++;
      else score.notes.push(`${document.file} p${wanted.page} ${wanted.number}: caption`);
    }
    if (!figure) {
      score.notes.push(`${document.file} p${wanted.page} ${wanted.number}: figure not found`);
    } else {
      matched.add(figure);
      score.figures.found++;
      if (wanted.ctPanels > 0 && slices.length > 0) score.ctFigures.found++;
      if (wanted.ctPanels === 0 && slices.length > 0) score.ctFigures.extra++;
      if (wanted.ctPanels > 0 && slices.length === wanted.ctPanels) score.exactPanels.exact++;
      if (slices.length !== wanted.ctPanels) {
        score.notes.push(
          `${document.file} p${wanted.page} ${wanted.number}: ${slices.length} slices, ${wanted.ctPanels} expected`,
        );
      }
    }
    scoreSlices(wanted, slices, score);
  }
  for (const figure of figures) {
    if (matched.has(figure)) continue;
    score.figures.extra++;
    const slices = figure.panels.filter(({ kind }) => kind === 'axial-ct').length;
    if (slices > 0) score.ctFigures.extra++;
    score.slices.extra += slices;
    score.notes.push(
      `${document.file} p${figure.page} ${figure.number ?? 'without caption'}: not in the truth, ${slices} slices`,
    );
  }
}

function scoreSlices(wanted: TruthFigure, slices: readonly PaperPanel[], score: TruthScore): void {
  const used = new Set<PaperPanel>();
  for (const { box, kind, label } of wanted.panelBoxes) {
    if (kind !== 'axial') continue;
    score.slices.truth++;
    let best: { panel: PaperPanel; iou: number } | undefined;
    for (const panel of slices) {
      const iou = overlap(panel.box, box);
      if (!used.has(panel) && iou > (best?.iou ?? 0)) best = { panel, iou };
    }
    score.slices.iouSum += best?.iou ?? 0;
    if (!best || best.iou < found) continue;
    used.add(best.panel);
    score.slices.found++;
    if (label !== 'covid' && label !== 'non-covid') continue;
    score.labels.truth++;
    if (best.panel.label === 'unsure') continue;
    score.labels.said++;
    const right = (best.panel.label === 'positive') === (label === 'covid');
    if (right) score.labels.right++;
    else {
      const { text = '', source = '' } = best.panel.evidence[0] ?? {};
      score.notes.push(
        `p${wanted.page} ${wanted.number}: said ${best.panel.label} ("${text}" in ${source}), is ${label}`,
      );
    }
  }
  score.slices.extra += slices.length - used.size;
}

/** The same words; blanks, dashes and hyphens at line ends may differ. A truth of 600 characters was truncated. */
function isWhole(text: string, wanted: string): boolean {
  const plain = (value: string): string =>
    value
      .normalize('NFKC')
      .replace(/[\s\-‐–—\u00ad]+/gu, '')
      .toLowerCase();
  return wanted.length >= 599
    ? plain(text).startsWith(plain(wanted).slice(0, -3))
    : plain(text) === plain(wanted);
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const w = Math.min(a[2]!, b[2]!) - Math.max(a[0]!, b[0]!);
  const h = Math.min(a[3]!, b[3]!) - Math.max(a[1]!, b[1]!);
  if (w <= 0 || h <= 0) return 0;
  const size = (box: readonly number[]): number => (box[2]! - box[0]!) * (box[3]! - box[1]!);
  return (w * h) / (size(a) + size(b) - w * h);
}

/** The score as rows of a table. */
export function truthTable(score: TruthScore): string[][] {
  const share = (part: number, whole: number): string =>
    whole === 0 ? '–' : (part / whole).toFixed(2);
  const { figures, ctFigures, exactPanels, slices, captions, labels } = score;
  return [
    [
      'figures',
      `${figures.found}/${figures.truth}`,
      share(figures.found, figures.truth),
      share(figures.found, figures.found + figures.extra),
    ],
    [
      'figures with a CT slice',
      `${ctFigures.found}/${ctFigures.truth}`,
      share(ctFigures.found, ctFigures.truth),
      share(ctFigures.found, ctFigures.found + ctFigures.extra),
    ],
    [
      'slices',
      `${slices.found}/${slices.truth}`,
      share(slices.found, slices.truth),
      share(slices.found, slices.found + slices.extra),
    ],
    [
      'figures whose slices are counted exactly',
      `${exactPanels.exact}/${exactPanels.truth}`,
      share(exactPanels.exact, exactPanels.truth),
      '',
    ],
    ['mean IoU of the slices found or missed', '', share(slices.iouSum, slices.truth), ''],
    [
      'captions whole',
      `${captions.whole}/${captions.truth}`,
      share(captions.whole, captions.truth),
      '',
    ],
    [
      'labels of the slices found',
      `${labels.right}/${labels.truth}`,
      share(labels.right, labels.truth),
      share(labels.right, labels.said),
    ],
  ];
}
