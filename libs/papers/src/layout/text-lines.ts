import { union, width, type PageBox } from '../geometry.js';
import type { Glyph } from '../pdf/pdf-page.js';

/** A line of text in one column. */
export interface TextLine {
  readonly text: string;
  readonly box: PageBox;
  readonly baseline: number;
  /** The size of most of its characters, in points. */
  readonly size: number;
  /** Share of its letters that are bold. */
  readonly bold: number;
  /** Whether its first word is bold. */
  readonly startsBold: boolean;
  /** Position in the page's drawing order of text. */
  readonly order: number;
}

/** A gap wider than this many times the font size starts another column. */
const columnGap = 1.6;
/** Characters whose baselines differ by less than this many font sizes are on one line. */
const sameBaseline = 0.35;

/**
 * Groups a page's characters into lines: runs in drawing order, then adjacent runs on one baseline.
 * Superscripts and subscripts stay in their line.
 */
export function textLines(glyphs: readonly Glyph[]): TextLine[] {
  const runs: Run[] = [];
  let run: Run | undefined;
  for (const glyph of glyphs) {
    if (glyph.text === ' ') {
      run?.glyphs.push(glyph);
      continue;
    }
    if (run && continues(run, glyph)) {
      run.add(glyph);
    } else {
      run = new Run(glyph, runs.length);
      runs.push(run);
    }
  }
  return joinRuns(runs).map(toLine);
}

class Run {
  readonly glyphs: Glyph[];
  /** First glyphs of the runs that were joined to this one. */
  readonly starts = new Set<Glyph>();
  box: PageBox;
  baseline: number;
  size: number;
  last: Glyph;

  constructor(
    first: Glyph,
    readonly order: number,
  ) {
    this.glyphs = [first];
    this.box = first.box;
    this.baseline = first.baseline;
    this.size = first.size;
    this.last = first;
  }

  add(glyph: Glyph): void {
    this.glyphs.push(glyph);
    this.box = union(this.box, glyph.box);
    // A run that began with a superscript is led by the larger glyph.
    if (glyph.size > 1.15 * this.size) {
      this.size = glyph.size;
      this.baseline = glyph.baseline;
    }
    this.last = glyph;
  }
}

function continues(run: Run, glyph: Glyph): boolean {
  const size = Math.max(run.size, glyph.size);
  const shift = Math.abs(glyph.baseline - run.baseline);
  const script = glyph.size < 0.85 * run.size || run.size < 0.85 * glyph.size;
  if (shift > (script ? 0.65 : sameBaseline) * size) return false;
  const gap = glyph.box[0] - run.last.box[2];
  return gap < columnGap * size && gap > -1.2 * size;
}

/** Joins adjacent runs on one baseline, in whatever order they were drawn. */
function joinRuns(runs: readonly Run[]): Run[] {
  const sorted = [...runs].sort((a, b) => a.baseline - b.baseline);
  const merged: Run[] = [];
  const taken = new Set<Run>();
  for (let i = 0; i < sorted.length; i++) {
    const first = sorted[i]!;
    if (taken.has(first)) continue;
    // All runs near this baseline, from left to right.
    const row: Run[] = [];
    for (let k = i; k < sorted.length; k++) {
      const other = sorted[k]!;
      if (other.baseline - first.baseline > 0.65 * Math.max(first.size, other.size, 4)) break;
      if (!taken.has(other)) row.push(other);
    }
    row.sort((a, b) => a.box[0] - b.box[0]);
    let current = first;
    const at = row.indexOf(first);
    let left = first.box;
    const members = [first];
    for (let k = at + 1; k < row.length; k++) {
      const next = row[k]!;
      const size = Math.max(current.size, next.size);
      const gap = next.box[0] - current.box[2];
      const shift = Math.abs(next.baseline - first.baseline);
      const script = next.size < 0.85 * first.size || first.size < 0.85 * next.size;
      if (gap > 0.9 * size) break;
      if (gap < -0.3 * size || shift > (script ? 0.65 : 0.2) * size) continue;
      members.push(next);
      current = next;
    }
    current = first;
    for (let k = at - 1; k >= 0; k--) {
      const next = row[k]!;
      const size = Math.max(current.size, next.size);
      const gap = left[0] - next.box[2];
      const shift = Math.abs(next.baseline - first.baseline);
      const script = next.size < 0.85 * first.size || first.size < 0.85 * next.size;
      if (gap > 0.9 * size) break;
      if (gap < -0.3 * size || shift > (script ? 0.65 : 0.2) * size) continue;
      members.unshift(next);
      left = next.box;
      current = next;
    }
    for (const member of members) taken.add(member);
    const joined = new Run(members[0]!.glyphs[0]!, Math.min(...members.map(({ order }) => order)));
    joined.glyphs.length = 0;
    const main = members.reduce((best, member) =>
      width(member.box) > width(best.box) ? member : best,
    );
    for (const member of members) {
      joined.glyphs.push(...member.glyphs);
      joined.starts.add(member.glyphs[0]!);
      joined.box = union(joined.box, member.box);
    }
    joined.size = main.size;
    joined.baseline = main.baseline;
    merged.push(joined);
  }
  return merged;
}

function toLine(run: Run): TextLine {
  let text = '';
  let previous: Glyph | undefined;
  const sizes = new Map<number, number>();
  let [bold, letters] = [0, 0];
  let firstWordBold = true;
  let inFirstWord = true;
  for (const glyph of run.glyphs) {
    if (glyph.text === ' ') {
      if (text !== '' && !text.endsWith(' ')) text += ' ';
      if (text.length > 2) inFirstWord = false;
      continue;
    }
    // Within a run PDFium has inserted blanks where they belong; wide side bearings are none.
    const blank = run.starts.has(glyph) ? 0.12 : 0.55;
    if (previous && glyph.box[0] - previous.box[2] > blank * glyph.size && !text.endsWith(' ')) {
      text += ' ';
    }
    text += glyph.text;
    const size = Math.round(glyph.size * 4) / 4;
    sizes.set(size, (sizes.get(size) ?? 0) + 1);
    if (/\p{L}|\p{N}/u.test(glyph.text)) {
      letters++;
      if (glyph.bold) bold++;
      else if (inFirstWord) firstWordBold = false;
    }
    previous = glyph;
  }
  const size = [...sizes].reduce(
    (best, entry) => (entry[1] > best[1] ? entry : best),
    [run.size, 0],
  );
  return {
    text: ligatures(text.trim()),
    box: run.box,
    baseline: run.baseline,
    size: size[0],
    bold: letters === 0 ? 0 : bold / letters,
    startsBold: letters > 0 && firstWordBold,
    order: run.order,
  };
}

/** Ligatures as letters, since captions are searched for words. */
function ligatures(text: string): string {
  return text.replace(/[\uFB00-\uFB06]/g, (letter) => letter.normalize('NFKC'));
}
