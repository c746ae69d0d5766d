import { horizontalOverlap, union, type PageBox } from '../geometry.js';
import { captionLabel, type CaptionLabel } from './caption-label.js';
import { joinLines } from './join-lines.js';
import type { DocumentStyle, PageLayout } from './page-layout.js';
import type { TextLine } from './text-lines.js';

/** A caption on its page. */
export interface Caption {
  readonly label: CaptionLabel;
  /** From 1. */
  readonly page: number;
  readonly box: PageBox;
  readonly lines: readonly TextLine[];
  /** Label and words, with line ends mended. */
  readonly text: string;
}

/** Most lines of a caption; more is a section that begins with "Figure". */
const mostLines = 60;

/**
 * Finds the captions of a document. A line that begins with a label is a caption's if the label is set off (bold, a
 * delimiter, a line of its own) and it begins a paragraph; of several candidates with one number the one most
 * similar to the document's other captions wins.
 */
export function findCaptions(pages: readonly PageLayout[], style: DocumentStyle): Caption[] {
  const found: { caption: Caption; score: number }[] = [];
  for (const page of pages) {
    const starts = page.lines.flatMap((line) => {
      const label = captionLabel(line.text);
      return label ? [{ line, label }] : [];
    });
    for (const { line, label } of starts) {
      const score = startScore(line, label, page, style);
      if (score < 2) continue;
      found.push({
        caption: growCaption(
          line,
          label,
          page,
          style,
          starts.map((s) => s.line),
        ),
        score,
      });
    }
  }
  const kept = chooseByNumber(found).map(({ caption }) => caption);
  return kept.map((caption) => continueOverPage(caption, pages, style));
}

/** How much a line looks like the first of a caption; 2 is enough. */
function startScore(
  line: TextLine,
  label: CaptionLabel,
  page: PageLayout,
  style: DocumentStyle,
): number {
  const rest = line.text.slice(label.length).trim();
  let score = 0;
  if (label.delimiter === '.' || label.delimiter === ':' || label.delimiter === '|') score += 2;
  else if (label.delimiter === '-') score += 1;
  if (line.startsBold && line.bold < 0.9) score += 1.5;
  else if (line.startsBold) score += 0.5;
  if (rest === '') score += 1.5;
  // "Fig. 8 shows", "Fig. 10, we see", "Fig. 3) and": a sentence that happens to begin a line.
  if (/^[,;)\]]/.test(rest)) score -= 4;
  if (
    /^(and|or|to|in|of|is|are|was|were|shows?|showed|illustrates?|presents?|depicts?|displays?|demonstrates?|gives?|represents?|compares?|reports?|summarizes?|summarises?|provides?|indicates?|for|we|the|also|from|has|have|contains?|can|below|above|where|with|plots?)(?![\p{L}\p{N}])/u.test(
      rest,
    )
  )
    score -= label.delimiter === '' || label.delimiter === '(' ? 4 : 1;
  if (/^\p{Lu}/u.test(rest) && label.delimiter === '') score += 0.5;
  if (
    label.delimiter === '(' &&
    /^\([a-z]\)[\s,.;]*(and|,|shows?|is|are|respectively)/iu.test(rest)
  )
    score -= 2;
  // "Fig. 3 (A–D). …"
  if (label.delimiter === '(' && /^\([^()]{1,12}\)\s*[.:]\s/.test(rest)) score += 2;
  if (Math.abs(line.size - style.bodySize) > 0.4) score += 0.5;
  if (label.number === '') score += 0.5;
  if (nextToPicture(line, page)) score += 1;
  const above = lineAbove(line, page);
  if (above) {
    const gap = (line.baseline - above.baseline) / Math.max(line.size, 1);
    const alike = Math.abs(above.size - line.size) < 0.4;
    // In the middle of a paragraph: the line above ends without a full stop.
    if (gap < 1.15 * style.leading && alike && above.text.length > 15) {
      score -=
        /[.!?:]["”’)]?\s*(\d{1,3}([,–-]\d{1,3})*)?$/.test(above.text) || captionLabel(above.text)
          ? 0.5
          : 3;
    } else score += 0.5;
  } else {
    score += 0.5;
  }
  // A list of figures: dots and a page number.
  if (/\.{4,}\s*\d+$|(\. ){4,}\d*$/.test(line.text)) score -= 6;
  return score;
}

/** Whether an image ends just above the line, or begins just below it. */
function nextToPicture(line: TextLine, page: PageLayout): boolean {
  return page.images.some(
    ({ box }) =>
      box[2] - box[0] > 30 &&
      box[3] - box[1] > 30 &&
      horizontalOverlap(box, line.box) > 0.5 &&
      (Math.abs(line.box[1] - box[3]) < 4 * line.size ||
        Math.abs(box[1] - line.box[3]) < 3 * line.size),
  );
}

function lineAbove(line: TextLine, page: PageLayout): TextLine | undefined {
  let best: TextLine | undefined;
  for (const other of page.lines) {
    const rise = line.baseline - other.baseline;
    if (other === line || rise < 0.5 * line.size || rise > 4 * line.size) continue;
    if (horizontalOverlap(other.box, line.box) < 0.3) continue;
    if (!best || other.baseline > best.baseline) best = other;
  }
  return best;
}

function growCaption(
  first: TextLine,
  label: CaptionLabel,
  page: PageLayout,
  style: DocumentStyle,
  starts: readonly TextLine[],
): Caption {
  const lines = [first];
  let box = first.box;
  let leading: number | undefined;
  let measured: TextLine = first;
  while (lines.length < mostLines) {
    const last = lines.at(-1)!;
    const next = lineBelow(last, box, page, lines);
    if (!next || starts.includes(next)) break;
    const gap = next.baseline - last.baseline;
    const size = Math.max(last.size, 1);
    if (gap > (leading === undefined ? 1.75 : 1.3) * (leading ?? size)) break;
    // Captions change size only after a title line.
    if (Math.abs(next.size - measured.size) > Math.max(0.35, 0.06 * size)) {
      if (lines.length > 1 || Math.abs(next.size - measured.size) > 0.25 * size) break;
      measured = next;
    }
    // A heading or a paragraph that begins after a short last line.
    if (lines.length > 1 && next.bold > 0.85 && first.bold < 0.85 && !startsPart(next.text)) break;
    if (endsParagraph(last, next, box, lines.length, style)) break;
    // Side by side: a caption in one column never takes a line that spans two.
    if (next.box[2] - next.box[0] > 1.35 * (box[2] - box[0]) && lines.length > 1) break;
    leading = leading === undefined ? gap : Math.min(leading, gap) * 0.5 + 0.5 * gap;
    leading = Math.max(leading, 0.9 * size);
    lines.push(next);
    box = union(box, next.box);
  }
  // Two columns of one caption under a wide figure, as Nature sets them: the text continues at the top right.
  return { label, page: page.number, box, lines, text: joinLines(lines.map(({ text }) => text)) };
}

/** Whether a caption ended at a short line and another paragraph begins below it. */
function endsParagraph(
  last: TextLine,
  next: TextLine,
  box: PageBox,
  count: number,
  style: DocumentStyle,
): boolean {
  const full = box[2] - box[0];
  const short = box[2] - last.box[2] > 0.12 * full;
  const ends = /[.!?]["”’)\]]?$/.test(last.text);
  const indented = next.box[0] - box[0] > 0.8 * last.size;
  const nextWide = next.box[2] - next.box[0] > 1.08 * full;
  const isBody = Math.abs(next.size - style.bodySize) < 0.3;
  const capital = /^\p{Lu}/u.test(next.text);
  // One short line, then lines that are wider: a one-line caption over body text.
  if (count === 1 && nextWide && ends && isBody) return true;
  return short && ends && isBody && capital && (indented || nextWide);
}

/** `(a) …`, `A, …`: parts of a caption are on separate lines. */
function startsPart(text: string): boolean {
  return /^[([]?[A-Za-z0-9][)\].:,–-]/.test(text);
}

function lineBelow(
  last: TextLine,
  box: PageBox,
  page: PageLayout,
  taken: readonly TextLine[],
): TextLine | undefined {
  let best: TextLine | undefined;
  for (const other of page.lines) {
    const drop = other.baseline - last.baseline;
    if (taken.includes(other) || drop < 0.45 * last.size || drop > 3 * last.size) continue;
    if (horizontalOverlap(other.box, box) < 0.5 && horizontalOverlap(other.box, last.box) < 0.5)
      continue;
    // Centred last lines begin to the right of the others, and hang to the left of none.
    if (
      other.box[0] < box[0] - 2.5 * last.size &&
      other.box[2] > box[2] + 2.5 * last.size &&
      taken.length > 1
    )
      continue;
    if (
      !best ||
      other.baseline < best.baseline - 0.3 * last.size ||
      (Math.abs(other.baseline - best.baseline) <= 0.3 * last.size && other.box[0] < best.box[0])
    )
      best = other;
  }
  return best;
}

interface Scored {
  readonly caption: Caption;
  readonly score: number;
}

/** One caption per number, unless a slide repeats it on another page with an equally good score. */
function chooseByNumber(found: readonly Scored[]): Scored[] {
  const groups = new Map<string, Scored[]>();
  for (const entry of found) {
    const { label } = entry.caption;
    const key = `${label.kind} ${label.prefix ?? ''} ${label.number}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const style = [...groups.values()].filter((group) => group.length === 1).flat();
  const usual = mostCommon(style.map(({ caption }) => caption.label.delimiter));
  return [...groups.values()].flatMap((group) => {
    if (group.length === 1) return group;
    const like = (entry: Scored): number =>
      entry.score + (usual !== undefined && entry.caption.label.delimiter === usual ? 1 : 0);
    const best = Math.max(...group.map(like));
    return group.filter((entry) => like(entry) >= best - 0.25);
  });
}

function mostCommon<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

/** A caption that stops without a full stop at the foot of its page continues at the head of the next. */
function continueOverPage(
  caption: Caption,
  pages: readonly PageLayout[],
  style: DocumentStyle,
): Caption {
  const page = pages.find(({ number }) => number === caption.page);
  const next = pages.find(({ number }) => number === caption.page + 1);
  if (!page || !next || caption.label.kind === 'table') return caption;
  const last = caption.lines.at(-1)!;
  const foot = page.box[3] - 0.14 * (page.box[3] - page.box[1]);
  if (last.box[3] < foot || /[.!?]["”’)\]]?$/.test(caption.text) || caption.lines.length < 2)
    return caption;
  // A slide never continues.
  if (page.box[2] - page.box[0] > page.box[3] - page.box[1]) return caption;
  const below = page.lines.some(
    (line) =>
      line.baseline > last.baseline + 1 &&
      line.text.length > 20 &&
      Math.abs(line.size - style.bodySize) < 0.4,
  );
  if (below) return caption;
  const sized = next.lines
    .filter(({ size, text }) => Math.abs(size - last.size) < 0.3 && text.length > 3)
    .sort((a, b) => a.baseline - b.baseline);
  const first = sized.find(
    ({ box, text }) =>
      box[1] < next.box[1] + 0.25 * (next.box[3] - next.box[1]) &&
      !/^\d+$/.test(text) &&
      !captionLabel(text),
  );
  // A sentence continues: in lower case, or after a full last line.
  const full = caption.box[2] - last.box[2] < 0.1 * (caption.box[2] - caption.box[0]);
  if (first && !full && !/^[\p{Ll}\p{N}(]/u.test(first.text)) return caption;
  // If captions are set like the body, they cannot be told apart.
  if (!first || Math.abs(last.size - style.bodySize) < 0.3) return caption;
  const rest = growCaption(first, caption.label, next, style, []);
  return {
    ...caption,
    text: joinLines([...caption.lines, ...rest.lines].map(({ text }) => text)),
  };
}
