import type { PageBox } from '../geometry.js';
import type { TextLine } from './text-lines.js';
import type { PlacedImage, PlacedShape } from '../pdf/pdf-page.js';

/** Facts about one page before figures are searched. */
export interface PageLayout {
  /** From 1. */
  readonly number: number;
  readonly box: PageBox;
  readonly lines: readonly TextLine[];
  readonly images: readonly Omit<PlacedImage, 'handle'>[];
  readonly shapes: readonly PlacedShape[];
  /** Whether one image fills the page: a scan, with or without a text layer. */
  readonly scanned: boolean;
  /** Share of characters without Unicode. */
  readonly unmapped: number;
}

/** Typical measures of a document. */
export interface DocumentStyle {
  /** Font size of most of its text. */
  readonly bodySize: number;
  /** Usual distance between two lines of body text, in font sizes. */
  readonly leading: number;
}

/** The font size that most characters have, and the leading of lines of that size. */
export function documentStyle(pages: readonly PageLayout[]): DocumentStyle {
  const sizes = new Map<number, number>();
  for (const { lines } of pages) {
    for (const { size, text } of lines) {
      if (text.length < 20) continue;
      const key = Math.round(size * 2) / 2;
      sizes.set(key, (sizes.get(key) ?? 0) + text.length);
    }
  }
  const bodySize = [...sizes].reduce(
    (best, entry) => (entry[1] > best[1] ? entry : best),
    [10, 0],
  )[0];
  const gaps: number[] = [];
  for (const { lines } of pages.slice(0, 40)) {
    const body = lines
      .filter(({ size, text }) => Math.abs(size - bodySize) < 0.6 && text.length > 25)
      .sort((a, b) => a.baseline - b.baseline);
    for (const line of body) {
      const below = body.find(
        (other) =>
          other.baseline > line.baseline + 0.5 * bodySize &&
          Math.abs(other.box[0] - line.box[0]) < 3 * bodySize &&
          other.box[0] < line.box[2],
      );
      if (below && below.baseline - line.baseline < 3.2 * bodySize) {
        gaps.push((below.baseline - line.baseline) / bodySize);
      }
    }
  }
  gaps.sort((a, b) => a - b);
  return { bodySize, leading: gaps[gaps.length >> 1] ?? 1.2 };
}

/**
 * Lines that are running text: of the body's size, long, and with a similar neighbour above or below. Labels in a
 * drawing are not.
 */
export function bodyLines(page: PageLayout, style: DocumentStyle): TextLine[] {
  const candidates = page.lines.filter(
    ({ size, text, box }) =>
      Math.abs(size - style.bodySize) <= 0.12 * style.bodySize + 0.3 &&
      text.length >= 12 &&
      box[2] - box[0] > 0.16 * (page.box[2] - page.box[0]) &&
      // Words, not the numbers of a table or an axis.
      (text.match(/\p{Ll}{2,}/gu)?.length ?? 0) >= 2,
  );
  return candidates.filter((line) =>
    candidates.some(
      (other) =>
        other !== line &&
        Math.abs(other.baseline - line.baseline) < 1.35 * style.leading * style.bodySize &&
        Math.abs(other.baseline - line.baseline) > 0.5 * style.bodySize &&
        (Math.abs(other.box[0] - line.box[0]) < 2 * style.bodySize ||
          Math.abs(other.box[2] - line.box[2]) < 2 * style.bodySize),
    ),
  );
}

/**
 * Removes running heads and feet: lines at the same height of at least three pages that differ only in numbers.
 */
export function withoutRunningLines(pages: readonly PageLayout[]): PageLayout[] {
  const counts = new Map<string, number>();
  const keyOf = (line: TextLine): string =>
    `${Math.round(line.baseline / 3)} ${line.text.replace(/\d+/g, '#')}`;
  const isEdge = (line: TextLine, page: PageLayout): boolean => {
    const share = (line.baseline - page.box[1]) / (page.box[3] - page.box[1]);
    return share < 0.12 || share > 0.88;
  };
  for (const page of pages) {
    const keys = new Set(page.lines.filter((line) => isEdge(line, page)).map(keyOf));
    for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return pages.map((page) => ({
    ...page,
    lines: page.lines.filter((line) => !isEdge(line, page) || (counts.get(keyOf(line)) ?? 0) < 3),
  }));
}
