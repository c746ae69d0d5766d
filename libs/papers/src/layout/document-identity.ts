import type { PdfDocument } from '../pdf/pdf-document.js';
import { joinLines } from './join-lines.js';
import type { DocumentStyle, PageLayout } from './page-layout.js';

/** A document's identity as stated in it; null if not stated. */
export interface DocumentIdentity {
  readonly doi: string | null;
  /** Such as `2005.06465`. */
  readonly arxiv: string | null;
  readonly title: string | null;
  readonly abstract: string | null;
}

const doiPattern = /\b10\.\d{4,9}\/[^\s"<>{}|\\^`[\]]+/giu;

/**
 * Reads DOI, arXiv number, title and abstract. The DOI comes from the document's own metadata, or else from its first page (or a
 * running head): later pages name the DOIs of other papers.
 *
 * @param firstPages text of the first two pages as drawn, headers and margins too.
 */
export function documentIdentity(
  document: Pick<PdfDocument, 'meta'>,
  pages: readonly PageLayout[],
  firstPages: readonly string[],
  style: DocumentStyle,
): DocumentIdentity {
  const fields = ['doi', 'DOI', 'WPS-ARTICLEDOI', 'Subject', 'Title', 'Keywords', 'Identifier'];
  const metadata = fields.map((field) => document.meta(field)).join('\n');
  const first = firstPages[0] ?? '';
  const doi = findDoi(metadata) ?? findDoi(first) ?? null;
  const arxiv = /arxiv\s*:\s*(\d{4}\.\d{4,5})/iu.exec(`${first}\n${metadata}`)?.[1] ?? null;
  return {
    doi,
    arxiv,
    title: titleOf(document.meta('Title'), pages[0], style),
    abstract: abstractOf(pages, firstPages.join('\n')),
  };
}

function findDoi(text: string): string | undefined {
  for (const [match] of text.matchAll(doiPattern)) {
    const doi = match
      .replace(/[.,;:)\]}'’]+$/u, '')
      .replace(/\.(?:full|pdf|abstract|supplementary-material).*$/iu, '');
    if (doi.length > 10) return doi;
  }
  return undefined;
}

function titleOf(meta: string, page: PageLayout | undefined, style: DocumentStyle): string | null {
  const named = meta.trim();
  const isName =
    /\.(docx?|pdf|tex|dvi|indd|pptx?|odt)$|^(?:microsoft|untitled|slide|pii:|doi:)|^[\w-]+$/iu;
  if (named.length >= 12 && !isName.test(named)) return named;
  if (!page) return null;
  const upper = page.lines.filter(
    ({ box, text }) =>
      box[1] < page.box[1] + 0.6 * (page.box[3] - page.box[1]) &&
      /\p{L}{3}/u.test(text) &&
      text.length > 3,
  );
  const largest = Math.max(
    0,
    ...upper.filter(({ text }) => text.length > 8).map(({ size }) => size),
  );
  if (largest < 1.1 * style.bodySize) return null;
  const lines = upper
    .filter(({ size }) => size > 0.93 * largest)
    .sort((a, b) => a.baseline - b.baseline)
    .slice(0, 6);
  const title = joinLines(lines.map(({ text }) => text));
  return title.length >= 8 ? title : null;
}

function abstractOf(pages: readonly PageLayout[], drawn: string): string | null {
  for (const page of pages.slice(0, 2)) {
    const at = page.lines.findIndex(({ text }) =>
      /^(?:a\s?b\s?s\s?t\s?r\s?a\s?c\s?t|summary)\b/iu.test(text),
    );
    if (at < 0) continue;
    const start = page.lines[at]!;
    const lines = page.lines
      .filter(
        (line) =>
          line.baseline >= start.baseline - 2 &&
          line.box[0] < start.box[0] + 0.6 * (page.box[2] - page.box[0]) &&
          line.box[2] > start.box[0],
      )
      .sort((a, b) => a.baseline - b.baseline)
      .slice(0, 40);
    const text = joinLines(lines.map((line) => line.text));
    if (text.length > 80) return text.slice(0, 1800);
  }
  const match = /\babstract\b[\s.:—–-]*(.{120,1500})/isu.exec(drawn);
  return match?.[1]?.replace(/\s+/g, ' ') ?? null;
}
