import { inspectSlice } from '@groundglass/core';
import { bytesIn, trimUniform, withoutFrame } from './trim.js';
import { cutPixels, shrink, toGrey, type PixelBox, type Pixels } from '../pdf/pixels.js';
import { classifyPanel, type PanelVerdict } from './classify-panel.js';
import { findGutters, type Gutter } from './gutters.js';
import { hasRoundField } from './panel-features.js';
import { findSeams, seamStrengths, usualStrength } from './seams.js';
import { withoutMarks } from './without-marks.js';
import { pastedBoxes } from './pasted-boxes.js';

/** A part of a figure's picture. */
export interface SplitPanel {
  /** In pixels of the picture. */
  readonly box: PixelBox;
  readonly verdict: PanelVerdict;
}

/** Longer side of the picture in which panels are searched. */
const workingSide = 1000;
/** A panel's sides are at least this long, in pixels of the working picture, and this share of the figure's. */
const smallest = { pixels: 18, share: 0.03 };
const deepest = 12;
/** Deepest cut at which a seam is judged by the further splits of its parts. */
const deepestTry = 4;
/** A seam this strong is accepted whatever the parts show. */
const clearSeam = 0.6;
/** A seam this strong is accepted when searching for an equal cut. */
const faintSeam = 0.1;

/**
 * Splits a figure into its panels: recursive cuts along gutters of one colour, then along straight seams where panels touch,
 * then isolated parts on a white background. A cut inside something dark (black gutters, seams) is accepted only if the
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
    leaves: new Map(),
    strengths: new Map(),
  };
  const whole = { left: 0, top: 0, columns: work.columns, rows: work.rows };
  const scale = picture.columns / work.columns;
  const leaves = split(context, whole, 0);
  const found = leaves.map((leaf) => finalPanel(picture, context, leaf, scale));
  const panels = withSiblings(picture, found);
  return withPasted(picture, context, panels, scale);
}

/** Panels with shorter sides, in the picture's own pixels, are letters or symbols of a diagram if they take little of it. */
const symbol = { pixels: 48, share: 0.02 };

/** What a leaf shows, judged in the picture's own pixels, without a frame. */
function finalPanel(picture: Pixels, context: Context, leaf: PixelBox, scale: number): SplitPanel {
  const box = toPicture(leaf, scale, picture);
  const small = verdictOf(context, leaf);
  const verdict = isPicture(small) ? better(small, seen(picture, box)) : small;
  if (!isPanel(verdict)) return { box, verdict };
  const isSymbol =
    Math.min(box.columns, box.rows) < symbol.pixels &&
    area(box) < symbol.share * picture.columns * picture.rows;
  return { box, verdict: isSymbol ? { kind: 'drawing', confidence: 0.6 } : verdict };
}

/** The verdict on a box in the picture's own pixels. */
function seen(picture: Pixels, box: PixelBox): PanelVerdict {
  const panel = withoutFrame(cutPixels(picture, box));
  const verdict = classifyPanel(panel);
  if (isPanel(verdict)) return verdict;
  const clean = withoutMarks(panel);
  return clean ? better(verdict, classifyPanel(clean)) : verdict;
}

function isPicture(verdict: PanelVerdict): boolean {
  return isPanel(verdict) || verdict.kind === 'grey-picture';
}

/** Of two verdicts on one thing the one for a slice, else the surer one. */
function better(a: PanelVerdict, b: PanelVerdict): PanelVerdict {
  if (isPanel(a) !== isPanel(b)) return isPanel(a) ? a : b;
  return b.confidence > a.confidence ? b : a;
}

/** How much the sides of two panels of one kind may differ. */
const alike = { round: 0.05, seen: 0.25 };

/**
 * Takes pictures for slices if they are next to slices of their size and core sees a chest in them, or if both have a scanner's
 * round field: only an axial reconstruction has one, and above and below the lungs there are none to find.
 */
function withSiblings(picture: Pixels, panels: readonly SplitPanel[]): SplitPanel[] {
  const rounds = new Map<SplitPanel, boolean>();
  const isRound = (panel: SplitPanel): boolean => {
    const known = rounds.get(panel) ?? hasRoundField(withoutFrame(cutPixels(picture, panel.box)));
    rounds.set(panel, known);
    return known;
  };
  const slices = panels.filter(({ verdict }) => verdict.kind === 'axial-ct');
  return panels.map((panel) => {
    if (panel.verdict.kind !== 'grey-picture') return panel;
    const { columns, rows } = panel.box;
    const ofItsSize = (all: readonly SplitPanel[], most: number): SplitPanel[] =>
      all.filter(
        ({ box }) =>
          Math.abs(box.columns - columns) <= most * columns &&
          Math.abs(box.rows - rows) <= most * rows,
      );
    const pictures = panels.filter(({ verdict }) => isPicture(verdict));
    // Mostly patches next to the one slice that they come from.
    const isAmongSlices =
      2 * ofItsSize(slices, alike.seen).length >= ofItsSize(pictures, alike.seen).length;
    const isSlice =
      ofItsSize(slices, alike.round).some((other) => isRound(other) && isRound(panel)) ||
      (isAmongSlices && showsChest(cutPixels(picture, panel.box)));
    return isSlice ? { ...panel, verdict: { kind: 'axial-ct', confidence: 0.55 } } : panel;
  });
}

/** Whether core finds an axial chest with lungs in a picture. */
function showsChest(panel: Pixels): boolean {
  const small = shrink(panel, 256);
  const { columns, rows } = small;
  return (
    inspectSlice({ index: 0, columns, rows, unit: 'grey', pixels: toGrey(small) }).reasons
      .length === 0
  );
}

/** How sure a pasted slice must be, how straight its sides, and how much straighter than those of a slice in its place. */
const pasted = { confidence: 0.55, sides: 0.55, straighter: 0.15 };

/** Adds slices pasted into a diagram, if cuts along straight lines went through them or past them. */
function withPasted(
  picture: Pixels,
  context: Context,
  panels: readonly SplitPanel[],
  scale: number,
): SplitPanel[] {
  const other = panels.filter(({ verdict }) => !isPanel(verdict));
  const otherArea = other.reduce((sum, { box }) => sum + area(box), 0);
  const sliceArea = panels.reduce((sum, { box }) => sum + area(box), 0) - otherArea;
  // A grid of slices leaves nothing to search for.
  if (panels.length > 0 && sliceArea > 0.6 * picture.columns * picture.rows) return [...panels];
  const sidesOf = ({ left, top, columns, rows }: PixelBox): number =>
    straightSides(context, {
      left: Math.round(left / scale),
      top: Math.round(top / scale),
      columns: Math.round(columns / scale),
      rows: Math.round(rows / scale),
    });
  const reach = Math.max(3, Math.round(0.16 * context.least));
  const candidates = pastedBoxes(context.work, reach, context.least)
    .map((leaf) => ({ leaf, sides: straightSides(context, leaf) }))
    .filter(({ sides }) => sides >= pasted.sides)
    .map(({ leaf, sides }) => {
      const box = toPicture(leaf, scale, picture);
      return { box, sides, verdict: better(verdictOf(context, leaf), seen(picture, box)) };
    })
    .filter(({ verdict }) => isPanel(verdict) && verdict.confidence >= pasted.confidence)
    .sort((a, b) => b.sides * b.verdict.confidence - a.sides * a.verdict.confidence);
  let result = [...panels];
  for (const { box, sides, verdict } of candidates) {
    const isIn = ({ box: inner }: SplitPanel): boolean => shared(inner, box) > 0.8 * area(inner);
    const rivals = result.filter(
      (panel) => isPanel(panel.verdict) && shared(panel.box, box) > 0.1 * area(panel.box),
    );
    // Two slices in its place: it is their figure, unless cuts through it made them.
    const inside = rivals.filter((rival) => isIn(rival) && sidesOf(rival.box) >= pasted.sides);
    if (inside.length > 1) continue;
    if (rivals.some((rival) => sidesOf(rival.box) > sides - pasted.straighter)) continue;
    result = result.filter(
      (panel) => !rivals.includes(panel) && shared(panel.box, box) < 0.5 * area(panel.box),
    );
    result.push({ box, verdict });
  }
  return result;
}

/** Grey, 0–1, by which a picture differs from its surroundings. */
const visibleStep = 0.08;

/** Share of a box's least straight side, 0–1, on which the picture changes; the border of the figure counts as a change. */
function straightSides({ grey, work }: Context, { left, top, columns, rows }: PixelBox): number {
  const at = (x: number, y: number): number | undefined =>
    x < 0 || y < 0 || x >= work.columns || y >= work.rows ? undefined : grey[y * work.columns + x];
  const side = (
    count: number,
    place: (i: number, across: number) => number | undefined,
  ): number => {
    let changes = 0;
    for (let i = 0; i < count; i++) {
      const inside = place(i, 1);
      const outside = place(i, -2);
      if (inside === undefined || outside === undefined || Math.abs(inside - outside) > visibleStep)
        changes++;
    }
    return changes / count;
  };
  return Math.min(
    side(rows, (i, across) => at(left + across, top + i)),
    side(rows, (i, across) => at(left + columns - 1 - across, top + i)),
    side(columns, (i, across) => at(left + i, top + across)),
    side(columns, (i, across) => at(left + i, top + rows - 1 - across)),
  );
}

function shared(a: PixelBox, b: PixelBox): number {
  const wide = Math.min(a.left + a.columns, b.left + b.columns) - Math.max(a.left, b.left);
  const high = Math.min(a.top + a.rows, b.top + b.rows) - Math.max(a.top, b.top);
  return Math.max(0, wide) * Math.max(0, high);
}

interface Context {
  readonly work: Pixels;
  readonly grey: Float32Array;
  readonly least: number;
  readonly verdicts: Map<string, PanelVerdict>;
  readonly leaves: Map<string, PixelBox[]>;
  /** Strengths of seams by direction and box. */
  readonly strengths: Map<string, Float64Array>;
}

function split(context: Context, outer: PixelBox, depth: number): PixelBox[] {
  const key = bytesIn(outer);
  let leaves = context.leaves.get(key);
  if (!leaves) {
    leaves = splitOnce(context, outer, depth);
    context.leaves.set(key, leaves);
  }
  return leaves;
}

function splitOnce(context: Context, outer: PixelBox, depth: number): PixelBox[] {
  const box = trimUniform(context.work, outer, 'light');
  if (box.columns < context.least || box.rows < context.least) return [];
  if (depth > deepest) return [box];
  const parts =
    cutAtGutters(context, box, 'light', isSharp) ??
    cutAtGutters(context, box, 'dark') ??
    cutDiagram(context, box) ??
    cutAtSeams(context, box, depth) ??
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
  fits: GutterTest = () => true,
): PixelBox[] | undefined {
  let best: { parts: PixelBox[]; widest: number } | undefined;
  for (const along of ['rows', 'columns'] as const) {
    const inner = findGutters(context.work, box, along).filter((gutter) =>
      isInner(gutter, box, along),
    );
    const fitting = inner
      .filter(({ grey }) => (shade === 'light' ? grey > 150 : grey <= 150))
      .filter((gutter) => !isDrawnLine(context.work, box, gutter, along))
      .filter((gutter) => fits(context.work, box, gutter, along));
    if (fitting.length === 0) continue;
    const parts = partsBetween(box, fitting, along).filter(
      (part) => Math.min(part.columns, part.rows) >= 0.6 * context.least,
    );
    if (parts.length < 2) continue;
    if (shade === 'dark' && !isGrid(context, box, parts, along)) continue;
    if (shade === 'light' && isOneSlice(context, box, parts)) continue;
    const widest = Math.max(...fitting.map(({ from, to }) => to - from));
    if (!best || widest > best.widest) best = { parts, widest };
  }
  return best?.parts;
}

type GutterTest = (
  picture: Pixels,
  box: PixelBox,
  gutter: Gutter,
  along: 'rows' | 'columns',
) => boolean;

/**
 * Whether a picture ends at a gutter with a straight border. White tissue of a lung window makes lines of one colour too, and
 * the lungs touch them with a curve.
 */
const isSharp: GutterTest = ({ columns, rows, data }, box, { from, to, grey }, along) => {
  const count = along === 'rows' ? box.columns : box.rows;
  return [from - 3, to + 2].some((line) => {
    if (line < 0 || line >= (along === 'rows' ? rows : columns)) return false;
    let other = 0;
    for (let i = 0; i < count; i++) {
      const at =
        3 * (along === 'rows' ? line * columns + box.left + i : (box.top + i) * columns + line);
      if (Math.abs(data[at + 1]! - grey) > 26) other++;
    }
    return other > 0.3 * count;
  });
};

/** Cuts a drawing where its parts are separate on paper, whatever their outlines. */
function cutDiagram(context: Context, box: PixelBox): PixelBox[] | undefined {
  const { kind } = verdictOf(context, box);
  if (kind !== 'drawing' && kind !== 'colour-picture') return undefined;
  return cutAtGutters(context, box, 'light');
}

/** Whether a thin line was drawn through one picture, such as a cross-hair: its two sides are similar. */
function isDrawnLine(
  { columns, rows, data }: Pixels,
  box: PixelBox,
  { from, to }: Pick<Gutter, 'from' | 'to'>,
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

/** Whether a line differs from its two sides, and they are similar: it was drawn through one picture. */
function isCrossHair(
  picture: Pixels,
  box: PixelBox,
  line: number,
  along: 'rows' | 'columns',
): boolean {
  if (!isDrawnLine(picture, box, { from: line, to: line + 1 }, along)) return false;
  const { columns, data } = picture;
  const count = along === 'rows' ? box.columns : box.rows;
  const apart = 3 * 3 * (along === 'rows' ? columns : 1);
  let standsOut = 0;
  for (let i = 0; i < count; i++) {
    const at =
      3 * (along === 'rows' ? line * columns + box.left + i : (box.top + i) * columns + line);
    const differs = (other: number): boolean =>
      [0, 1, 2].some((c) => Math.abs(data[at + c]! - data[other + c]!) > 16);
    if (differs(at - apart) && differs(at + apart)) standsOut++;
  }
  return standsOut > 0.35 * count;
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
 * Whether cuts through black are accepted: the parts are similar in size, or each shows what a panel shows. The air around a body
 * and the gap between body and table are black lines too.
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
  // A single panel, with its table or its letters next to it, stays whole.
  if (panels.length < 2)
    return (
      least > 0.75 * most &&
      parts.length >= 2 &&
      least > 0.3 * across &&
      !isPanel(verdictOf(context, box))
    );
  return panels.length >= 0.5 * parts.length;
}

/** Whether a box shows a slice and its parts do not: the line was white tissue or a table. */
function isOneSlice(context: Context, box: PixelBox, parts: readonly PixelBox[]): boolean {
  return (
    !isLong(box) &&
    isPanel(verdictOf(context, box)) &&
    parts.filter((part) => isPanel(verdictOf(context, part))).length < 2
  );
}

/** Whether a box is wider or higher than one slice is. */
function isLong({ columns, rows }: PixelBox): boolean {
  const aspect = columns / rows;
  return aspect <= 0.75 || aspect >= 2.26;
}

function isPanel({ kind }: PanelVerdict): boolean {
  return kind === 'axial-ct' || kind === 'axial-overlay';
}

/**
 * Cuts along the straightest seam. A clear one is accepted as it is, another if the parts show more slices than the whole.
 */
function cutAtSeams(context: Context, box: PixelBox, depth: number): PixelBox[] | undefined {
  const { work } = context;
  const seams = (['rows', 'columns'] as const)
    .flatMap((along) =>
      findSeams(work, box, along).map(({ at, strength }) => ({ along, at, strength })),
    )
    .filter(({ along, at }) => {
      const [first, end] =
        along === 'rows' ? [box.top, box.top + box.rows] : [box.left, box.left + box.columns];
      if (at - first < context.least || end - at < context.least) return false;
      return ![-1, 0, 1].some((shift) => isCrossHair(work, box, at + shift, along));
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
    // Rows of a grid show two slices each, which is not yet what a panel shows.
    if (depth >= deepestTry) continue;
    const leaves = parts.flatMap((part) => split(context, part, depth + 1));
    const slices = leaves.filter((leaf) => isPanel(verdictOf(context, leaf))).length;
    // A slice cut in two shows a lung in each half.
    if (slices >= (before === 1 && !isLong(box) ? 4 : 2) && slices >= 0.75 * leaves.length)
      return parts;
  }
  return undefined;
}

/**
 * Cuts into equal parts where no line shows, as between slices that touch with their black borders: accepted only if every
 * part shows a panel and the whole does not, or is too long for one.
 */
function cutEqually(context: Context, box: PixelBox): PixelBox[] | undefined {
  const verdict = verdictOf(context, box);
  if (isPanel(verdict) && !isLong(box)) return undefined;
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
  // Try the shape of a slice first, in steps; then as few parts as possible.
  const shapeStep = ({ off }: { readonly off: number }): number => Math.round(off / 0.25);
  grids.sort(
    (a, b) => shapeStep(a) - shapeStep(b) || a.down * a.across - b.down * b.across || a.off - b.off,
  );
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
  if (count < 2) return [];
  const length = along === 'rows' ? box.rows : box.columns;
  const first = along === 'rows' ? box.top : box.left;
  const strengths = strengthsOf(context, box, along);
  const usual = usualStrength(strengths);
  return Array.from({ length: count - 1 }, (_, i) => {
    const share = length / count;
    const middle = (i + 1) * share;
    const reach = 0.12 * share;
    // A faint seam, too weak on its own, tells where to cut.
    let best = Math.round(middle);
    for (let line = Math.ceil(middle - reach); line <= middle + reach; line++)
      if ((strengths[line] ?? 0) > (strengths[best] ?? 0)) best = line;
    const strength = strengths[best] ?? 0;
    const at =
      strength > faintSeam && strength > 2 * usual
        ? first + best
        : emptiestLine(context, box, along, first + middle, 0.08 * share);
    return { from: at, to: at, grey: 0 };
  });
}

function strengthsOf(
  { work, strengths }: Context,
  box: PixelBox,
  along: 'rows' | 'columns',
): Float64Array {
  const key = `${along} ${bytesIn(box)}`;
  const known = strengths.get(key) ?? seamStrengths(work, box, along);
  strengths.set(key, known);
  return known;
}

/** The line near `middle` that crosses the fewest bright pixels. */
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

function area({ columns, rows }: PixelBox): number {
  return columns * rows;
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
