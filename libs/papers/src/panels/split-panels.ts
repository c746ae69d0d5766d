import { bytesIn, trimUniform } from './trim.js';
import { cutPixels, shrink, toGrey, type PixelBox, type Pixels } from '../pdf/pixels.js';
import { classifyPanel, type PanelVerdict } from './classify-panel.js';
import { findGutters, type Gutter } from './gutters.js';
import { findSeams } from './seams.js';
import { solidRegions } from './solid-regions.js';

/** A part of a figure's picture. */
export interface SplitPanel {
  /** In pixels of the picture. */
  readonly box: PixelBox;
  readonly verdict: PanelVerdict;
}

/** Longer side of the picture that panels are looked for in. */
const workingSide = 1000;
/** A panel's sides are at least this long, in pixels of the working picture, and this share of the figure's. */
const smallest = { pixels: 18, share: 0.03 };
const deepest = 12;
/** A seam this strong is believed whatever the parts show. */
const clearSeam = 0.6;

/**
 * Splits a figure into its panels: recursive cuts along gutters of one colour, then along straight seams where panels touch,
 * then what stands on a white ground by itself. A cut inside of something dark (black gutters, seams) is believed only where the
 * parts form a grid or show what panels show.
 */
export function splitPanels(picture: Pixels): SplitPanel[] {
  const work = shrink(picture, workingSide);
  const grey = toGrey(work);
  const context: Context = {
    work,
    grey,
    least: Math.max(smallest.pixels, smallest.share * Math.max(work.columns, work.rows)),
    verdicts: new Map(),
  };
  const whole = { left: 0, top: 0, columns: work.columns, rows: work.rows };
  const leaves = split(context, whole, 0);
  const scale = picture.columns / work.columns;
  return leaves.map((leaf) => ({
    box: toPicture(leaf, scale, picture),
    verdict: verdictOf(context, leaf),
  }));
}

interface Context {
  readonly work: Pixels;
  readonly grey: Float32Array;
  readonly least: number;
  readonly verdicts: Map<string, PanelVerdict>;
}

function split(context: Context, outer: PixelBox, depth: number): PixelBox[] {
  const box = trimUniform(context.work, outer, 'light');
  if (box.columns < context.least || box.rows < context.least) return [];
  if (depth > deepest) return [box];
  const parts =
    cutAtGutters(context, box, 'light') ??
    cutAtGutters(context, box, 'dark') ??
    cutOutIslands(context, box) ??
    cutAtSeams(context, box) ??
    cutEqually(context, box);
  if (!parts) return [box];
  return parts.flatMap((part) => split(context, part, depth + 1));
}

function verdictOf(context: Context, box: PixelBox): PanelVerdict {
  const key = bytesIn(box);
  let verdict = context.verdicts.get(key);
  if (!verdict) {
    verdict = classifyPanel(cutPixels(context.work, box));
    context.verdicts.set(key, verdict);
  }
  return verdict;
}

/** Cuts along the gutters of the direction that has the widest one. */
function cutAtGutters(
  context: Context,
  box: PixelBox,
  shade: 'light' | 'dark',
): PixelBox[] | undefined {
  let best: { parts: PixelBox[]; widest: number } | undefined;
  for (const along of ['rows', 'columns'] as const) {
    const inner = findGutters(context.work, box, along).filter((gutter) =>
      isInner(gutter, box, along),
    );
    const fitting = inner
      .filter(({ grey }) => (shade === 'light' ? grey > 150 : grey <= 150))
      .filter((gutter) => !isDrawnLine(context.work, box, gutter, along));
    if (fitting.length === 0) continue;
    const parts = partsBetween(box, fitting, along).filter(
      (part) => Math.min(part.columns, part.rows) >= 0.6 * context.least,
    );
    if (parts.length < 2) continue;
    if (shade === 'dark' && !isGrid(context, box, parts, along)) continue;
    const widest = Math.max(...fitting.map(({ from, to }) => to - from));
    if (!best || widest > best.widest) best = { parts, widest };
  }
  return best?.parts;
}

/** Whether a thin line was drawn through one picture, such as a cross-hair: what is on its two sides is alike. */
function isDrawnLine(
  { columns, rows, data }: Pixels,
  box: PixelBox,
  { from, to }: Gutter,
  along: 'rows' | 'columns',
): boolean {
  if (to - from > 4) return false;
  const [before, after] = [from - 3, to + 2];
  if (before < 0 || after >= (along === 'rows' ? rows : columns)) return false;
  const count = along === 'rows' ? box.columns : box.rows;
  let [sum, squares, difference] = [0, 0, 0];
  for (let i = 0; i < count; i++) {
    const at = (line: number): number =>
      data[
        3 * (along === 'rows' ? line * columns + box.left + i : (box.top + i) * columns + line) + 1
      ]!;
    const [a, b] = [at(before), at(after)];
    sum += a;
    squares += a * a;
    difference += Math.abs(a - b);
  }
  const spread = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  return spread > 12 && difference / count < 0.4 * spread;
}

function isInner({ from, to }: Gutter, box: PixelBox, along: 'rows' | 'columns'): boolean {
  const [first, end] =
    along === 'rows' ? [box.top, box.top + box.rows] : [box.left, box.left + box.columns];
  return from > first + 1 && to < end - 1;
}

function partsBetween(
  box: PixelBox,
  gutters: readonly Gutter[],
  along: 'rows' | 'columns',
): PixelBox[] {
  const parts: PixelBox[] = [];
  let from = along === 'rows' ? box.top : box.left;
  const end = along === 'rows' ? box.top + box.rows : box.left + box.columns;
  for (const cut of [...gutters, { from: end, to: end, grey: 0 }]) {
    if (cut.from > from) {
      parts.push(
        along === 'rows'
          ? { ...box, top: from, rows: cut.from - from }
          : { ...box, left: from, columns: cut.from - from },
      );
    }
    from = cut.to;
  }
  return parts;
}

/**
 * Whether cuts through black are believed: the parts are alike in size, or show each what a panel shows. The air around a body
 * and the gap between body and table are black lines, too.
 */
function isGrid(
  context: Context,
  box: PixelBox,
  parts: readonly PixelBox[],
  along: 'rows' | 'columns',
): boolean {
  const sizes = parts.map((part) => (along === 'rows' ? part.rows : part.columns));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)];
  const across = along === 'rows' ? box.columns : box.rows;
  const panels = parts.filter((part) => isPanel(verdictOf(context, part)));
  // One panel by itself, with its table or its letters beside it, stays whole.
  if (panels.length < 2)
    return (
      least > 0.75 * most &&
      parts.length >= 2 &&
      least > 0.3 * across &&
      !isPanel(verdictOf(context, box))
    );
  return panels.length >= 0.5 * parts.length;
}

function isPanel({ kind }: PanelVerdict): boolean {
  return kind === 'axial-ct' || kind === 'axial-overlay';
}

/**
 * Cuts along the straightest seam. A clear one is believed by itself, another where the parts show more slices than the whole.
 */
function cutAtSeams(context: Context, box: PixelBox): PixelBox[] | undefined {
  const { work } = context;
  const seams = (['rows', 'columns'] as const)
    .flatMap((along) =>
      findSeams(work, box, along).map(({ at, strength }) => ({ along, at, strength })),
    )
    .filter(({ along, at }) => {
      const [first, end] =
        along === 'rows' ? [box.top, box.top + box.rows] : [box.left, box.left + box.columns];
      return at - first >= context.least && end - at >= context.least;
    })
    .sort((a, b) => b.strength - a.strength);
  const before = isPanel(verdictOf(context, box)) ? 1 : 0;
  for (const { along, at, strength } of seams.slice(0, 4)) {
    const parts = partsBetween(box, [{ from: at, to: at, grey: 0 }], along);
    if (strength >= clearSeam) return parts;
    const verdicts = parts.map((part) => verdictOf(context, part));
    const good = verdicts.filter(isPanel).length;
    const coloured = verdicts.some(({ kind }) => kind === 'colour-picture');
    if (good > Math.max(1, before) || (good > before && coloured)) return parts;
  }
  return undefined;
}

/**
 * Cuts into equal parts where no line shows, as between slices that touch with their black borders: believed only where every
 * part shows a panel and the whole does not, or is too long for one.
 */
function cutEqually(context: Context, box: PixelBox): PixelBox[] | undefined {
  const aspect = box.columns / box.rows;
  const verdict = verdictOf(context, box);
  if (isPanel(verdict) && aspect > 0.75 && aspect < 2.1) return undefined;
  if (verdict.kind === 'drawing') return undefined;
  const grids = [];
  for (let down = 1; down <= 4; down++) {
    for (let across = 1; across <= 6; across++) {
      const [w, h] = [box.columns / across, box.rows / down];
      if (down * across < 2 || down * across > 16 || Math.min(w, h) < context.least) continue;
      const shape = w / h;
      if (shape > 0.75 && shape < 2.1)
        grids.push({ down, across, off: Math.abs(Math.log(shape / 1.3)) });
    }
  }
  grids.sort((a, b) => a.down * a.across - b.down * b.across || a.off - b.off);
  for (const { down, across } of grids) {
    const rows = partsBetween(box, equalCuts(context, box, 'rows', down), 'rows');
    const parts: PixelBox[] = [];
    const fits = rows.every((row) =>
      partsBetween(row, equalCuts(context, box, 'columns', across), 'columns').every((part) => {
        parts.push(part);
        return isPanel(verdictOf(context, part));
      }),
    );
    if (fits) return parts;
  }
  return undefined;
}

function equalCuts(
  context: Context,
  box: PixelBox,
  along: 'rows' | 'columns',
  count: number,
): Gutter[] {
  const length = along === 'rows' ? box.rows : box.columns;
  const first = along === 'rows' ? box.top : box.left;
  return Array.from({ length: count - 1 }, (_, i) => {
    const share = length / count;
    const at = emptiestLine(context, box, along, first + (i + 1) * share, 0.08 * share);
    return { from: at, to: at, grey: 0 };
  });
}

/** The line near `middle` that crosses the least that is bright. */
function emptiestLine(
  { grey, work }: Context,
  box: PixelBox,
  along: 'rows' | 'columns',
  middle: number,
  reach: number,
): number {
  let best = { line: Math.round(middle), sum: Infinity };
  for (let line = Math.round(middle - reach); line <= middle + reach; line++) {
    let sum = Math.abs(line - middle) * 1e-3;
    const count = along === 'rows' ? box.columns : box.rows;
    for (let i = 0; i < count; i++) {
      const at =
        along === 'rows' ? line * work.columns + box.left + i : (box.top + i) * work.columns + line;
      if (grey[at]! > 0.25) sum++;
    }
    if (sum < best.sum) best = { line, sum };
  }
  return best.line;
}

/**
 * Pictures that stand in a diagram: solid regions on a light ground, once thin lines are taken away. What shows no slice stays
 * part of the diagram.
 */
function cutOutIslands(context: Context, box: PixelBox): PixelBox[] | undefined {
  if (isPanel(verdictOf(context, box))) return undefined;
  const { work } = context;
  const size = { columns: box.columns, rows: box.rows };
  const dark = new Uint8Array(size.columns * size.rows);
  for (let y = 0; y < box.rows; y++) {
    for (let x = 0; x < box.columns; x++) {
      const at = 3 * ((box.top + y) * work.columns + box.left + x);
      const [r, g, b] = [work.data[at]!, work.data[at + 1]!, work.data[at + 2]!];
      // Pictures are grey: coloured boxes and arrows are the diagram's.
      if (Math.max(r, g, b) < 225 && Math.max(r, g, b) - Math.min(r, g, b) < 30)
        dark[y * size.columns + x] = 1;
    }
  }
  const islands = solidRegions(dark, size, Math.max(3, Math.round(0.16 * context.least)))
    .map((island) => ({ ...island, left: box.left + island.left, top: box.top + island.top }))
    .filter(
      (island) =>
        Math.min(island.columns, island.rows) >= context.least &&
        island.columns * island.rows < 0.8 * box.columns * box.rows,
    );
  const slices = islands.filter((island) => isPanel(verdictOf(context, island)));
  return slices.length > 0 ? slices : undefined;
}

function toPicture(box: PixelBox, scale: number, { columns, rows }: Pixels): PixelBox {
  const left = Math.round(box.left * scale);
  const top = Math.round(box.top * scale);
  return {
    left,
    top,
    columns: Math.min(columns, Math.round((box.left + box.columns) * scale)) - left,
    rows: Math.min(rows, Math.round((box.top + box.rows) * scale)) - top,
  };
}
