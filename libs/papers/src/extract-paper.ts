import { PaperError, type PaperErrorCode, type PaperProblem } from './errors.js';
import { labelPanel, type LabelVerdict } from './evidence/label-panel.js';
import { otherViews, syntheticWords } from './evidence/label-rules.js';
import { readMetadata, type PanelMetadata } from './evidence/metadata.js';
import { figureCells, type FigureCell } from './figures/figure-cells.js';
import {
  area,
  contains,
  grow,
  height,
  intersection,
  unionAll,
  width,
  type PageBox,
} from './geometry.js';
import { captionParts, type CaptionPart, type CaptionParts } from './layout/caption-parts.js';
import { citingSentences, runningText, type CitingSentence } from './layout/citing-sentences.js';
import { documentIdentity, type DocumentIdentity } from './layout/document-identity.js';
import { findCaptions } from './layout/find-captions.js';
import { findFigures, isSubLabel, type FoundFigure } from './layout/find-figures.js';
import { documentStyle, withoutRunningLines, type PageLayout } from './layout/page-layout.js';
import { scannedRegions } from './layout/scanned-regions.js';
import { textLines } from './layout/text-lines.js';
import { panelLetters, readingOrder } from './panels/panel-letters.js';
import type { PanelKind } from './panels/classify-panel.js';
import { splitPanels } from './panels/split-panels.js';
import { PdfDocument } from './pdf/pdf-document.js';
import type { PdfPage, PlacedImage } from './pdf/pdf-page.js';
import { loadPdfium } from './pdf/pdfium.js';
import { cutPixels, type PixelBox, type Pixels } from './pdf/pixels.js';

/** One panel of a figure. */
export interface PaperPanel {
  /** From 0, in reading order. */
  readonly index: number;
  /** On the page, in points, origin top left. */
  readonly box: PageBox;
  /** Its pixels in {@link PaperFigure.picture}. */
  readonly pictureBox: PixelBox;
  readonly kind: PanelKind | 'synthetic';
  readonly kindConfidence: number;
  /** The letter or place that the caption calls it by; null if unknown. */
  readonly letter: string | null;
  /** What the caption says about it alone; null if nothing. */
  readonly subCaption: string | null;
  readonly label: LabelVerdict['label'];
  readonly confidence: number;
  readonly evidence: LabelVerdict['evidence'];
  readonly metadata: PanelMetadata;
  /** The source of its pixels: the embedded image whole, a part of it, or the page as drawn. */
  readonly source: 'embedded' | 'cropped' | 'rendered';
  /** Number of the image in the page's drawing order; null if it was rendered. */
  readonly object: number | null;
  /** The panel's pixels, or the file's own JPEG if it is one whole. */
  readonly image: { readonly pixels: Pixels; readonly jpeg: Uint8Array | undefined };
}

/** One figure. */
export interface PaperFigure {
  /** From 1, in reading order of the document. */
  readonly index: number;
  /** From 1. */
  readonly page: number;
  readonly box: PageBox;
  /** As printed, with `S` in front for supplementary figures; null without one. */
  readonly number: string | null;
  readonly caption: { readonly text: string; readonly page: number; readonly box: PageBox } | null;
  readonly parts: CaptionParts;
  readonly citing: readonly CitingSentence[];
  /** The figure as one picture. */
  readonly picture: { readonly pixels: Pixels; readonly jpeg: Uint8Array | undefined };
  /** Its page, small, and its position there; null if the figure consists of drawings only. */
  readonly pageView: { readonly pixels: Pixels; readonly figure: PixelBox } | null;
  readonly panels: readonly PaperPanel[];
}

/** The contents of a document. */
export interface Paper extends DocumentIdentity {
  readonly pages: number;
  /** Pages that were read before a limit stopped it; otherwise equal to {@link pages}. */
  readonly pagesRead: number;
  readonly figures: number;
  readonly problems: readonly PaperProblem[];
}

/** How to read a document. */
export interface ExtractOptions {
  /** The file's name without folders: it may name the DOI. */
  readonly name?: string;
  /** Limit of PDFium's memory, in MiB. */
  readonly memoryMiB?: number;
  /** Milliseconds after which no further page is begun. */
  readonly milliseconds?: number;
  readonly mostPages?: number;
  readonly onProgress?: (progress: {
    readonly phase: 'text' | 'figures';
    readonly done: number;
    readonly total: number;
  }) => void;
  /** Called with each figure as it is found; pictures are not kept. */
  readonly onFigure: (figure: PaperFigure) => void | Promise<void>;
}

/** Longer side of a page's view: text is just readable. */
const viewSide = 1000;
/** Panels with shorter sides, as a share of the page's longer side, are thumbnails in a diagram: 22 points of A4. */
const smallestPanel = 0.026;

/**
 * Reads a PDF: its figures with captions, panels, labels with their evidence, and metadata. A failure on one page is a problem
 * in the result; the other pages are still read.
 *
 * @throws {PaperError} `PAPER_NOT_PDF`, `PAPER_ENCRYPTED`, `PAPER_CORRUPT`, `PAPER_TRUNCATED`, `PAPER_MEMORY` if nothing can be read.
 */
export async function extractPaper(bytes: Uint8Array, options: ExtractOptions): Promise<Paper> {
  const { memoryMiB = 1024, milliseconds = 300_000, mostPages = 2000 } = options;
  const deadline = performance.now() + milliseconds;
  const pdfium = await loadPdfium(memoryMiB);
  const document = PdfDocument.open(pdfium, bytes);
  const problems: PaperProblem[] = [];
  const report = (code: PaperErrorCode, message: string, page: number | null = null): void => {
    problems.push({ code, message, page });
  };
  const total = Math.min(document.pageCount, mostPages);
  if (document.truncated) {
    report(
      'PAPER_TRUNCATED',
      `Expected a whole file, its end is missing; ${document.pageCount} pages could be found`,
    );
  }
  if (document.hasScript)
    report('PAPER_HAS_SCRIPT', 'The document holds JavaScript, which was not run');
  if (document.pageCount > mostPages) {
    report(
      'PAPER_TOO_LARGE',
      `Expected at most ${mostPages} pages, got ${document.pageCount}: the first ${mostPages} are read`,
    );
  }
  const layouts: PageLayout[] = [];
  const firstPages: string[] = [];
  for (let i = 0; i < total; i++) {
    // Text takes little of the time: spend at most half of it here.
    if (performance.now() > deadline - milliseconds / 2) {
      report(
        'PAPER_TIMEOUT',
        `Expected at most ${Math.round(milliseconds / 1000)} s for a document, stopped before page ${i + 1} of ${document.pageCount}`,
        i + 1,
      );
      break;
    }
    attempt(i + 1, report, () => {
      const page = document.loadPage(i);
      try {
        const { layout, drawn } = readPage(page, report);
        layouts.push(layout);
        if (i < 2) firstPages.push(drawn);
      } finally {
        page.close();
      }
    });
    options.onProgress?.({ phase: 'text', done: i + 1, total });
  }
  const pages = withoutRunningLines(layouts);
  const style = documentStyle(pages);
  const captions = findCaptions(pages, style);
  const figures = findFigures(pages, captions, style);
  const identity = documentIdentity(document, pages, firstPages, style);
  const text = runningText(pages, captions);
  let count = 0;
  let stopped = false;
  for (const [i, figure] of figures.entries()) {
    if (performance.now() > deadline) {
      report(
        'PAPER_TIMEOUT',
        `Expected at most ${Math.round(milliseconds / 1000)} s for a document, stopped at the figures of page ${figure.page}`,
        figure.page,
      );
      stopped = true;
      break;
    }
    let read: PaperFigure | undefined;
    attempt(figure.page, report, () => {
      const page = document.loadPage(figure.page - 1);
      try {
        const layout = pages.find(({ number }) => number === figure.page)!;
        read = readFigure(page, layout, figure, identity, text, count + 1);
      } finally {
        page.close();
      }
    });
    if (read) {
      count++;
      await options.onFigure(read);
    }
    options.onProgress?.({ phase: 'figures', done: i + 1, total: figures.length });
  }
  if (count === 0 && !stopped && problems.every(({ code }) => code !== 'PAPER_TIMEOUT')) {
    report('PAPER_NO_FIGURES', `Expected figures, ${total} pages hold none that could be read`);
  }
  document.close();
  return {
    ...identity,
    pages: document.pageCount,
    pagesRead: layouts.length,
    figures: count,
    problems,
  };
}

/** Runs a step of one page: an exception becomes a problem, unless PDFium itself is no longer usable. */
function attempt(
  page: number,
  report: (code: PaperErrorCode, message: string, page: number | null) => void,
  step: () => void,
): void {
  try {
    step();
  } catch (error) {
    if (error instanceof PaperError) {
      report(error.code, error.message, page);
      return;
    }
    // An abort of the WebAssembly module: memory ran out, or PDFium found its own state broken.
    if (error instanceof WebAssembly.RuntimeError || /abort|out of memory/i.test(String(error))) {
      throw new PaperError('PAPER_MEMORY', `Page ${page} needs more memory than allowed`, {
        cause: error,
      });
    }
    report(
      'PAPER_PAGE_FAILED',
      `Expected a readable page ${page}: ${error instanceof Error ? error.message : String(error)}`,
      page,
    );
  }
}

/** Reads a page's contents and tells scans from pages of text. */
function readPage(
  page: PdfPage,
  report: (code: PaperErrorCode, message: string, page: number | null) => void,
): { layout: PageLayout; drawn: string } {
  const { glyphs, unmapped } = page.readText();
  const graphics = page.readGraphics();
  const visible = glyphs.filter(({ hidden }) => !hidden);
  const whole = graphics.images.find(({ box }) => area(box) > 0.75 * area(page.box));
  // A slide's background has text over it; a scan has none, or a hidden layer.
  const scanned = whole !== undefined && visible.length < 40;
  if (unmapped > 0.3 && glyphs.length > 60) {
    report(
      'PAPER_NO_UNICODE',
      `Expected text with Unicode, ${Math.round(unmapped * 100)} % of the characters of page ${page.number} have none`,
      page.number,
    );
  }
  let { shapes } = graphics;
  let images: readonly Omit<PlacedImage, 'handle'>[] = graphics.images;
  if (scanned) {
    if (glyphs.length < 40) {
      report(
        'PAPER_SCANNED',
        `Expected text on page ${page.number}, it is a scan without a text layer`,
        page.number,
      );
    }
    const picture = page.render(page.box, 100 / 72);
    shapes = scannedRegions(picture, page.box).map((box, i) => ({
      kind: 'path',
      box,
      order: i,
      white: false,
    }));
    images = [];
  }
  return {
    layout: {
      number: page.number,
      box: page.box,
      lines: textLines(glyphs),
      images,
      shapes,
      scanned,
      unmapped,
    },
    drawn: glyphs.map(({ text }) => text).join(''),
  };
}

function readFigure(
  page: PdfPage,
  layout: PageLayout,
  figure: FoundFigure,
  identity: DocumentIdentity,
  text: string,
  index: number,
): PaperFigure | undefined {
  // Pictures without a caption are kept only if they show scans: lines alone never do.
  if (!figure.caption && figure.images.length === 0 && !layout.scanned) return undefined;
  // Turns the view as it was turned when boxes were found.
  page.readText();
  const graphics = page.readGraphics();
  const cells = figureCells(page, graphics, figure, layout.scanned);
  const caption = figure.caption;
  const captionText = caption ? caption.text.slice(caption.label.length).trim() : '';
  const parts = withSubLabels(captionParts(captionText), layout, figure);
  const number = caption ? printedNumber(caption.label) : null;
  const citing = number === null ? [] : citingSentences(text, number);
  const least = smallestPanel * Math.max(width(page.box), height(page.box));
  const found = cells.flatMap((cell) => panelsOf(cell, least));
  const order = readingOrder(found.map(({ box }) => box));
  const inOrder = order.map((i) => found[i]!);
  const isSynthetic = syntheticWords.test(captionText);
  // A page's logo, a portrait, a rule: keep pictures without a caption only if they show scans.
  if (!caption && !inOrder.some((panel) => isShown(panel, least))) return undefined;
  const letters = panelLetters(
    inOrder.map(({ box, kind }) => ({
      box,
      isPicture: kind !== 'drawing',
      isSlice: kind === 'axial-ct',
    })),
    layout.lines,
    parts.parts,
  );
  const picture = figurePicture(page, figure, cells);
  const panels = inOrder.map((panel, i): PaperPanel => {
    const letter = letters[i] ?? null;
    const part =
      letter === null ? undefined : parts.parts.filter((p) => p.letters.includes(letter));
    const subCaption = part && part.length > 0 ? part.map((p) => p.text).join(' ') : null;
    const citingHere = citing.filter(
      (sentence) =>
        sentence.letters.length === 0 || letter === null || sentence.letters.includes(letter),
    );
    const isOther = otherViews.some(
      ({ names, unless }) => names.test(subCaption ?? '') && !unless.test(subCaption ?? ''),
    );
    const verdict = labelPanel({
      subCaption: subCaption ?? '',
      captionHead: parts.head,
      caption: captionText,
      citing: citingHere.map((sentence) => sentence.text),
      title: identity.title ?? '',
      abstract: identity.abstract ?? '',
    });
    const metadata = readMetadata([
      ...(subCaption === null ? [] : [{ source: 'sub-caption' as const, text: subCaption }]),
      { source: 'caption', text: subCaption === null ? captionText : parts.head },
      ...citingHere.map((sentence) => ({
        source: 'citing-sentence' as const,
        text: sentence.text,
      })),
    ]);
    return {
      index: i,
      box: page.toPage(panel.box),
      pictureBox: toPictureBox(panel.box, picture.box, picture.pixels),
      kind:
        panel.kind !== 'axial-ct'
          ? panel.kind
          : isSynthetic
            ? 'synthetic'
            : isOther
              ? 'grey-picture'
              : 'axial-ct',
      kindConfidence: panel.kindConfidence,
      letter,
      subCaption,
      label: verdict.label,
      confidence: Math.min(verdict.confidence, 0.5 + 0.5 * panel.kindConfidence),
      evidence: verdict.evidence,
      metadata,
      source: panel.source,
      object: panel.object,
      image: panel.image,
    };
  });
  return {
    index,
    page: figure.page,
    box: page.toPage(figure.box),
    number,
    caption: caption ? { text: caption.text, page: caption.page, box: caption.box } : null,
    parts,
    citing,
    picture: { pixels: picture.pixels, jpeg: picture.jpeg },
    pageView: panels.every(({ kind }) => kind === 'drawing') ? null : viewPage(page, figure.box),
    panels,
  };
}

/** The text under single panels, `(a) COVID-19`, for letters that the caption itself does not describe. */
function withSubLabels(
  parts: CaptionParts,
  { lines }: PageLayout,
  figure: FoundFigure,
): CaptionParts {
  const known = new Set(parts.parts.flatMap(({ letters }) => letters));
  const labels = lines.filter(
    (line) => isSubLabel(line) && contains(grow(figure.box, 16), line.box),
  );
  const more = labels.flatMap(({ text }): CaptionPart[] => {
    const letter = text[1]!.toUpperCase();
    return known.has(letter)
      ? []
      : [{ letters: [letter], text: text.slice(3).trim(), start: 0, end: 0 }];
  });
  return more.length === 0 ? parts : { ...parts, parts: [...parts.parts, ...more] };
}

function viewPage(page: PdfPage, figure: PageBox): NonNullable<PaperFigure['pageView']> {
  const pixels = page.render(page.box, viewSide / Math.max(width(page.box), height(page.box)));
  return { pixels, figure: toPictureBox(figure, page.box, pixels) };
}

/** Whether a panel shows a scan too large for a badge or logo. */
function isShown({ kind, box }: FoundPanel, least: number): boolean {
  const side = Math.min(width(box), height(box));
  return kind === 'axial-ct' || (kind === 'axial-overlay' && side > 2 * least);
}

interface FoundPanel {
  readonly box: PageBox;
  readonly kind: PanelKind;
  readonly kindConfidence: number;
  readonly source: PaperPanel['source'];
  readonly object: number | null;
  readonly image: PaperPanel['image'];
}

function panelsOf(cell: FigureCell, least: number): FoundPanel[] {
  if (!cell.hasImage) {
    return [
      {
        box: cell.box,
        kind: 'drawing',
        kindConfidence: 1,
        source: 'rendered',
        object: null,
        image: { pixels: cell.pixels, jpeg: undefined },
      },
    ];
  }
  const { columns, rows } = cell.pixels;
  const [sx, sy] = [width(cell.box) / columns, height(cell.box) / rows];
  return splitPanels(cell.pixels).map(({ box, verdict }): FoundPanel => {
    const onPage: PageBox = [
      cell.box[0] + box.left * sx,
      cell.box[1] + box.top * sy,
      cell.box[0] + (box.left + box.columns) * sx,
      cell.box[1] + (box.top + box.rows) * sy,
    ];
    const isWhole = box.columns * box.rows > 0.97 * columns * rows;
    const tooSmall = Math.min(width(onPage), height(onPage)) < least;
    return {
      box: isWhole ? cell.box : onPage,
      kind: tooSmall && verdict.kind === 'axial-ct' ? 'drawing' : verdict.kind,
      kindConfidence: verdict.confidence,
      source: cell.source === 'rendered' ? 'rendered' : isWhole ? 'embedded' : 'cropped',
      object: cell.object,
      image: isWhole
        ? { pixels: cell.pixels, jpeg: cell.jpeg }
        : { pixels: cutPixels(cell.pixels, box), jpeg: undefined },
    };
  });
}

/** The figure as one picture: its only cell, or the page's drawing of it at the finest cell's resolution. */
function figurePicture(
  page: PdfPage,
  figure: FoundFigure,
  cells: readonly FigureCell[],
): { box: PageBox; pixels: Pixels; jpeg: Uint8Array | undefined } {
  const only = cells[0];
  if (only && cells.length === 1) return { box: only.box, pixels: only.pixels, jpeg: only.jpeg };
  const box = intersection(unionAll([figure.box, ...cells.map((cell) => cell.box)])!, page.box);
  const finest = Math.max(
    1,
    ...cells.map((cell) => cell.pixels.columns / Math.max(1, width(cell.box))),
  );
  const scale = Math.min(finest, Math.sqrt(16_000_000 / Math.max(1, area(box))));
  return { box, pixels: page.render(box, scale), jpeg: undefined };
}

function toPictureBox(box: PageBox, outer: PageBox, { columns, rows }: Pixels): PixelBox {
  const [sx, sy] = [columns / width(outer), rows / height(outer)];
  const clamp = (value: number, most: number): number =>
    Math.max(0, Math.min(most, Math.round(value)));
  const left = clamp((box[0] - outer[0]) * sx, columns - 1);
  const top = clamp((box[1] - outer[1]) * sy, rows - 1);
  return {
    left,
    top,
    columns: Math.max(1, clamp((box[2] - outer[0]) * sx, columns) - left),
    rows: Math.max(1, clamp((box[3] - outer[1]) * sy, rows) - top),
  };
}

function printedNumber({
  number,
  prefix,
}: {
  readonly number: string;
  readonly prefix: string | null;
}): string | null {
  if (number === '') return null;
  return prefix === 'supplementary' && /^\d/.test(number) ? `S${number}` : number;
}
