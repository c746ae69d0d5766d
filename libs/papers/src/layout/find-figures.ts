import {
  area,
  contains,
  grow,
  height,
  horizontalOverlap,
  intersection,
  overlapArea,
  union,
  unionAll,
  verticalOverlap,
  width,
  type PageBox,
} from '../geometry.js';
import type { Caption } from './find-captions.js';
import { bodyLines, type DocumentStyle, type PageLayout } from './page-layout.js';
import type { TextLine } from './text-lines.js';

/** An area of a page where something is drawn. */
export interface Cluster {
  readonly page: number;
  readonly box: PageBox;
  /** Indices of the page's images in it. */
  readonly images: readonly number[];
  /** The number of paths and shadings in it. */
  readonly shapes: number;
}

/** A figure: its drawing, and its caption if it has one. */
export interface FoundFigure {
  readonly page: number;
  readonly box: PageBox;
  readonly images: readonly number[];
  readonly shapes: number;
  readonly caption: Caption | undefined;
}

/** Things nearer than this, in points, belong to one drawing. */
const nearby = 9;
/** A smaller cluster is a bullet, a logo or a rule. */
const smallest = { side: 18, area: 900 };
/** How far a caption may be from its figure, as a share of the page's height. */
const farthest = 0.28;
/** The same thing at the same position on this many pages is furniture. */
const repeats = 3;

/** Finds the figures of a document: groups drawings and matches them with the captions. */
export function findFigures(
  pages: readonly PageLayout[],
  captions: readonly Caption[],
  style: DocumentStyle,
): FoundFigure[] {
  const furniture = repeatedBoxes(pages);
  const figures: FoundFigure[] = [];
  const openCaptions: Caption[] = [];
  const openClusters: Cluster[] = [];
  const direction = usualDirection(pages, captions, style, furniture);
  for (const page of pages) {
    const here = captions.filter((caption) => caption.page === page.number);
    const clusters = findClusters(page, here, style, furniture);
    const { matched, captionsLeft, clustersLeft } = matchCaptions(
      page,
      here,
      clusters,
      style,
      direction,
    );
    figures.push(...matched);
    openCaptions.push(...captionsLeft);
    openClusters.push(...clustersLeft);
  }
  figures.push(...matchAcrossPages(pages, openCaptions, openClusters));
  return figures.sort((a, b) => a.page - b.page || a.box[1] - b.box[1] || a.box[0] - b.box[0]);
}

/** Keys of boxes at the same position on several pages: logos, rules, backgrounds of slides. */
function repeatedBoxes(pages: readonly PageLayout[]): Set<string> {
  const counts = new Map<string, number>();
  for (const page of pages) {
    const seen = new Set<string>();
    for (const image of page.images) seen.add(imageKey(image));
    for (const { box } of page.shapes.slice(0, 400)) seen.add(boxKey(box));
    for (const key of seen) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= repeats).map(([key]) => key));
}

function imageKey({ box, columns, rows, bytes }: PageLayout['images'][number]): string {
  return `${boxKey(box)} ${columns} ${rows} ${bytes}`;
}

function boxKey(box: PageBox): string {
  return box.map((value) => Math.round(value / 2)).join(' ');
}

/** Groups what a page draws; text that belongs to a drawing joins it. */
export function findClusters(
  page: PageLayout,
  captions: readonly Caption[],
  style: DocumentStyle,
  furniture: ReadonlySet<string>,
): Cluster[] {
  const pageArea = area(page.box);
  const body = bodyLines(page, style);
  const captionLines = new Set(captions.flatMap(({ lines }) => lines));
  const items: { box: PageBox; image: number | undefined }[] = [];
  page.images.forEach((image, index) => {
    if (area(image.box) > 0.85 * pageArea || furniture.has(imageKey(image))) return;
    items.push({ box: image.box, image: index });
  });
  for (const shape of page.shapes) {
    if (shape.kind === 'text' || shape.white || furniture.has(boxKey(shape.box))) continue;
    const [w, h] = [width(shape.box), height(shape.box)];
    if (w * h > 0.7 * pageArea) continue;
    // Rules over and under text, and the boxes around a line of it.
    if ((h < 2.5 && w > 60) || (w < 2.5 && h > 250)) continue;
    if (body.some((line) => contains(grow(line.box, 3), shape.box))) continue;
    // A background of text is no drawing.
    const inside = body.filter((line) => contains(shape.box, line.box, 2)).length;
    if (inside >= 3) continue;
    items.push({ box: shape.box, image: undefined });
  }
  const groups = groupNearby(items, body, captionLines).flatMap((group) =>
    splitBetweenCaptions(group, captions),
  );
  return groups
    .map((group): Cluster => ({
      page: page.number,
      box: unionAll(group.map(({ box }) => box))!,
      images: group.flatMap(({ image }) => (image === undefined ? [] : [image])),
      shapes: group.filter(({ image }) => image === undefined).length,
    }))
    .map((cluster) => withLabels(cluster, page, body, captionLines, style))
    .filter(
      ({ box, images, shapes }) =>
        Math.min(width(box), height(box)) >= smallest.side &&
        area(box) >= smallest.area &&
        (images.length > 0 || shapes >= 3 || page.scanned),
    );
}

/** Union-find over boxes nearer than {@link nearby}; sorted by their top so that it stays near linear. */
function groupNearby<T extends { box: PageBox }>(
  items: readonly T[],
  body: readonly TextLine[],
  captionLines: ReadonlySet<TextLine>,
): T[][] {
  const parent = items.map((_, i) => i);
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]!]!;
      i = parent[i]!;
    }
    return i;
  };
  const order = items.map((_, i) => i).sort((a, b) => items[a]!.box[1] - items[b]!.box[1]);
  const walls = [...body, ...captionLines].map(({ box }) => box);
  let active: number[] = [];
  for (const i of order) {
    const box = items[i]!.box;
    active = active.filter((k) => items[k]!.box[3] + nearby >= box[1]);
    for (const k of active) {
      const other = items[k]!.box;
      if (overlapArea(grow(box, nearby), other) <= 0 && !touches(grow(box, nearby), other))
        continue;
      if (root(i) === root(k)) continue;
      if (walls.some((wall) => isBetween(wall, box, other))) continue;
      parent[root(i)] = root(k);
    }
    active.push(i);
  }
  const groups = new Map<number, T[]>();
  items.forEach((item, i) => {
    const key = root(i);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  });
  return [...groups.values()];
}

/** Adjacent captions under one group: each gets what is above it. */
function splitBetweenCaptions<T extends { box: PageBox }>(
  group: readonly T[],
  captions: readonly Caption[],
): T[][] {
  const box = unionAll(group.map((item) => item.box))!;
  const under = captions
    .filter(
      (caption) =>
        Math.min(Math.abs(caption.box[1] - box[3]), Math.abs(box[1] - caption.box[3])) < 30 &&
        horizontalOverlap(caption.box, box) > 0.5,
    )
    .sort((a, b) => a.box[0] - b.box[0]);
  const first = under[0];
  if (!first || under.length < 2) return [[...group]];
  if (under.some((other) => Math.abs(other.box[1] - first.box[1]) > 6)) return [[...group]];
  const walls = under.slice(1).map((caption, i) => (under[i]!.box[2] + caption.box[0]) / 2);
  const parts: T[][] = under.map(() => []);
  for (const item of group) {
    const middle = (item.box[0] + item.box[2]) / 2;
    parts[walls.filter((wall) => middle > wall).length]!.push(item);
  }
  return parts.some((part) => part.length === 0) ? [[...group]] : parts;
}

function touches(a: PageBox, b: PageBox): boolean {
  const common = intersection(a, b);
  return width(common) >= 0 && height(common) >= 0;
}

/** Whether a line of text is in the vertical gap between two boxes. */
function isBetween(wall: PageBox, a: PageBox, b: PageBox): boolean {
  const [upper, lower] = a[1] <= b[1] ? [a, b] : [b, a];
  const middle = (wall[1] + wall[3]) / 2;
  return (
    middle > upper[3] - 2 &&
    middle < lower[1] + 2 &&
    horizontalOverlap(wall, upper) > 0.1 &&
    horizontalOverlap(wall, lower) > 0.1
  );
}

/** Includes short lines next to the drawing: axis labels, panel letters, words in boxes. */
function withLabels(
  cluster: Cluster,
  page: PageLayout,
  body: readonly TextLine[],
  captionLines: ReadonlySet<TextLine>,
  style: DocumentStyle,
): Cluster {
  let { box } = cluster;
  const inBody = new Set(body);
  const labels = page.lines.filter((line) => !inBody.has(line) && !captionLines.has(line));
  for (let pass = 0; pass < 3; pass++) {
    let changed = false;
    for (const line of labels) {
      if (contains(box, line.box)) continue;
      // Long lines are text, whatever their size.
      if (line.text.length > 60 || width(line.box) > 0.5 * width(page.box)) continue;
      const isLetter = /^[([]?[A-Za-z0-9][)\].]?$/.test(line.text) || isSubLabel(line);
      const reach = isLetter ? 14 : cluster.images.length > 0 ? 3 : 0.9 * style.bodySize;
      if (!touches(grow(box, reach), line.box)) continue;
      if (line.size > 1.3 * style.bodySize && !isLetter) continue;
      const next = union(box, line.box);
      if ([...captionLines].some((other) => overlapArea(next, other.box) > 0.3 * area(other.box)))
        continue;
      if (
        body.some(
          (other) =>
            overlapArea(next, other.box) > 0.3 * area(other.box) &&
            overlapArea(box, other.box) < 0.1 * area(other.box),
        )
      )
        continue;
      box = next;
      changed = true;
    }
    if (!changed) break;
  }
  return { ...cluster, box };
}

/** `(a) COVID-19`: the words under one panel of several. */
export function isSubLabel({ text }: Pick<TextLine, 'text'>): boolean {
  return /^[([][A-Za-z][)\]]\s+\S.{0,50}$/u.test(text);
}

/** The caption with the width of its column: a short one that begins at the left is under a figure in the middle. */
function inColumn(caption: Caption, page: PageLayout): Caption {
  if (caption.lines.length > 1) return caption;
  const [left, top, right, bottom] = caption.box;
  const rights = page.lines
    .filter(({ box, size }) => Math.abs(box[0] - left) < size)
    .map(({ box }) => box[2]);
  return { ...caption, box: [left, top, Math.max(right, ...rights), bottom] };
}

type Direction = 'above' | 'below';

/** Whether this document's figures are above their captions, as nearly everywhere, or below. */
function usualDirection(
  pages: readonly PageLayout[],
  captions: readonly Caption[],
  style: DocumentStyle,
  furniture: ReadonlySet<string>,
): Direction {
  let balance = 0;
  for (const page of pages.slice(0, 60)) {
    const here = captions.filter(
      ({ page: number, label }) => number === page.number && label.kind === 'figure',
    );
    if (here.length === 0) continue;
    const clusters = findClusters(page, here, style, furniture);
    for (const caption of here) {
      const gap = (direction: Direction): number =>
        Math.min(
          ...clusters
            .filter(
              ({ box }) =>
                horizontalOverlap(box, caption.box) > 0.4 &&
                (direction === 'above'
                  ? box[3] <= caption.box[1] + 4
                  : box[1] >= caption.box[3] - 4),
            )
            .map(({ box }) =>
              direction === 'above' ? caption.box[1] - box[3] : box[1] - caption.box[3],
            ),
        );
      const [above, below] = [gap('above'), gap('below')];
      if (above < below) balance++;
      else if (below < above) balance--;
    }
  }
  return balance < 0 ? 'below' : 'above';
}

/** The cost of matching a cluster with a caption; infinite if they cannot belong together. */
function cost(
  caption: Caption,
  cluster: Cluster,
  page: PageLayout,
  walls: readonly PageBox[],
  direction: Direction,
): number {
  const [a, b] = [cluster.box, caption.box];
  const limit = farthest * height(page.box);
  const across = horizontalOverlap(a, b);
  const along = verticalOverlap(a, b);
  let gap: number;
  let penalty: number;
  let between: PageBox;
  if (across > 0.2 && a[3] <= b[1] + 0.3 * height(b) + 6) {
    gap = Math.max(0, b[1] - a[3]);
    penalty = direction === 'above' ? 0 : 40;
    between = [Math.max(a[0], b[0]), a[3], Math.min(a[2], b[2]), b[1]];
  } else if (across > 0.2 && a[1] >= b[3] - 0.3 * height(b) - 6) {
    gap = Math.max(0, a[1] - b[3]);
    penalty = direction === 'below' ? 0 : 40;
    between = [Math.max(a[0], b[0]), b[3], Math.min(a[2], b[2]), a[1]];
  } else if (along > 0.3) {
    gap = Math.max(0, a[0] >= b[2] - 4 ? a[0] - b[2] : b[0] - a[2]);
    penalty = 25;
    between =
      a[0] >= b[2] - 4
        ? [b[2], Math.max(a[1], b[1]), a[0], Math.min(a[3], b[3])]
        : [a[2], Math.max(a[1], b[1]), b[0], Math.min(a[3], b[3])];
    if (gap > 60) return Infinity;
  } else {
    return Infinity;
  }
  if (gap > limit) return Infinity;
  if (walls.some((wall) => overlapArea(between, wall) > 0.3 * area(wall))) return Infinity;
  // The other column.
  const misaligned = across < 0.5 && along <= 0.3 ? 30 * (0.5 - across) : 0;
  return gap + penalty + misaligned;
}

interface Matched {
  matched: FoundFigure[];
  captionsLeft: Caption[];
  clustersLeft: Cluster[];
}

/** Gives each cluster to the caption with the lowest matching cost. */
function matchCaptions(
  page: PageLayout,
  captions: readonly Caption[],
  clusters: readonly Cluster[],
  style: DocumentStyle,
  direction: Direction,
): Matched {
  const captionLines = new Set(captions.flatMap(({ lines }) => lines));
  const body = bodyLines(page, style).filter((line) => !captionLines.has(line));
  const taken = new Map<Caption, Cluster[]>();
  const owner = new Map<Cluster, Caption>();
  const pairs = captions
    .flatMap((caption) => {
      const walls = [
        ...body.map(({ box }) => box),
        ...captions.filter((other) => other !== caption).map(({ box }) => box),
      ];
      const priced = (of: Caption) =>
        clusters.map((cluster) => ({
          caption,
          cluster,
          price: cost(
            of,
            cluster,
            page,
            walls,
            caption.label.kind === 'table' ? 'below' : direction,
          ),
        }));
      const own = priced(caption);
      return own.some(({ price }) => price < Infinity) ? own : priced(inColumn(caption, page));
    })
    .filter(({ price }) => price < Infinity)
    .sort((a, b) => a.price - b.price);
  for (const { caption, cluster, price } of pairs) {
    if (owner.has(cluster)) continue;
    const own = taken.get(caption) ?? [];
    // A second cluster joins only on the side of the first, and not across another caption.
    if (own.length > 0) {
      const box = unionAll(own.map((other) => other.box))!;
      const joined = union(box, cluster.box);
      if (overlapArea(joined, caption.box) > 0.5 * area(caption.box)) continue;
      if (
        captions.some(
          (other) => other !== caption && overlapArea(joined, other.box) > 0.3 * area(other.box),
        )
      )
        continue;
      if (price > 0.2 * height(page.box) && distance(box, cluster.box) > 40) continue;
    }
    owner.set(cluster, caption);
    taken.set(caption, [...own, cluster]);
  }
  // Everything between the clusters of one figure belongs to it as well: a row of panels over another.
  for (const cluster of clusters) {
    if (owner.has(cluster)) continue;
    for (const [caption, own] of taken) {
      const box = unionAll(own.map((other) => other.box))!;
      const walls = [
        ...body.map((line) => line.box),
        ...captions.filter((c) => c !== caption).map((c) => c.box),
      ];
      const joined = union(box, cluster.box);
      if (distance(box, cluster.box) > 30) continue;
      if (walls.some((wall) => overlapArea(joined, wall) > 0.3 * area(wall))) continue;
      if (overlapArea(joined, caption.box) > 0.3 * area(caption.box)) continue;
      owner.set(cluster, caption);
      taken.set(caption, [...own, cluster]);
      break;
    }
  }
  const matched: FoundFigure[] = [];
  for (const [caption, own] of taken) {
    if (caption.label.kind === 'table') continue;
    matched.push(figureOf(page.number, own, caption));
  }
  return {
    matched,
    captionsLeft: captions.filter(
      (caption) => !taken.has(caption) && caption.label.kind === 'figure',
    ),
    clustersLeft: clusters.filter((cluster) => !owner.has(cluster)),
  };
}

function distance(a: PageBox, b: PageBox): number {
  const dx = Math.max(0, a[0] - b[2], b[0] - a[2]);
  const dy = Math.max(0, a[1] - b[3], b[1] - a[3]);
  return Math.hypot(dx, dy);
}

function figureOf(
  page: number,
  clusters: readonly Cluster[],
  caption: Caption | undefined,
): FoundFigure {
  return {
    page,
    box: unionAll(clusters.map(({ box }) => box))!,
    images: clusters.flatMap(({ images }) => images),
    shapes: clusters.reduce((sum, { shapes }) => sum + shapes, 0),
    caption,
  };
}

/**
 * Captions and figures on different pages: manuscripts have the legends in a list and the figures after it, and a
 * full-page figure has its caption on the facing page.
 */
function matchAcrossPages(
  pages: readonly PageLayout[],
  captions: readonly Caption[],
  clusters: readonly Cluster[],
): FoundFigure[] {
  const byPage = new Map<number, Cluster[]>();
  for (const cluster of clusters)
    byPage.set(cluster.page, [...(byPage.get(cluster.page) ?? []), cluster]);
  // Only drawings that fill a good part of their page: a portrait is not a missing figure.
  const figures = [...byPage].flatMap(([number, own]) => {
    const page = pages.find((candidate) => candidate.number === number)!;
    const figure = figureOf(number, own, undefined);
    return area(figure.box) > 0.1 * area(page.box) ? [{ figure, own }] : [];
  });
  const result: FoundFigure[] = [];
  const used = new Set<FoundFigure>();
  for (const caption of captions) {
    const next = figures.find(
      ({ figure }) =>
        !used.has(figure) &&
        (Math.abs(figure.page - caption.page) <= 1 || figure.page > caption.page) &&
        result.every((other) => other.page !== figure.page),
    );
    if (!next) continue;
    used.add(next.figure);
    result.push({ ...next.figure, caption });
  }
  const captioned = new Set(result.map(({ page }) => page));
  for (const cluster of clusters) {
    if (captioned.has(cluster.page)) continue;
    result.push(figureOf(cluster.page, [cluster], undefined));
  }
  return result;
}
