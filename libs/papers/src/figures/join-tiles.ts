import { area, height, overlapArea, union, width, type PageBox } from '../geometry.js';
import type { PlacedImage } from '../pdf/pdf-page.js';
import { toGrey, type Pixels } from '../pdf/pixels.js';

/** Images that are drawn as one picture. */
export interface ImageGroup {
  readonly box: PageBox;
  readonly images: readonly PlacedImage[];
}

/** Points by which the edges of two tiles may be misaligned. */
const slack = 0.8;
/** Samples along an edge that are compared. */
const places = 32;
/** Grey levels, 0–1, by which an edge must vary to be evidence: two black borders are equal by chance. */
const leastSpread = 0.03;
/** Correlation along an edge from which the picture continues across it. Edges of different slices rarely reach half of it. */
const leastCorrelation = 0.85;
/** With more tiles, comparing all pairs takes too long. */
const mostImages = 3000;

type Side = 'left' | 'top' | 'right' | 'bottom';

/**
 * Joins the tiles of a picture that a program cut into a grid: images that touch, edge on edge, and whose pixels continue across the edge.
 * Adjacent slices without a gutter touch as well, but differ there.
 *
 * @param pixelsOf decodes an image; undefined if it cannot be read.
 */
export function joinTiles(
  groups: readonly ImageGroup[],
  pixelsOf: (image: PlacedImage) => Pixels | undefined,
): ImageGroup[] {
  const tiles = groups.filter(({ images }) => images.length === 1 && images[0]!.upright);
  if (tiles.length < 2 || tiles.length > mostImages) return [...groups];
  const edges = new Map<ImageGroup, Readonly<Record<Side, Float32Array>> | undefined>();
  const edgesOf = (tile: ImageGroup): Readonly<Record<Side, Float32Array>> | undefined => {
    if (!edges.has(tile)) {
      const pixels = pixelsOf(tile.images[0]!);
      edges.set(tile, pixels && readEdges(pixels));
    }
    return edges.get(tile);
  };
  let joined: ImageGroup[] = [...groups];
  const replace = (a: ImageGroup, b: ImageGroup): void => {
    const both = { box: union(a.box, b.box), images: [...a.images, ...b.images] };
    joined = [...joined.filter((group) => group !== a && group !== b), both];
  };
  const groupOf = (tile: ImageGroup): ImageGroup =>
    joined.find(({ images }) => images.includes(tile.images[0]!))!;
  for (const [i, a] of tiles.entries()) {
    for (const b of tiles.slice(i + 1)) {
      const sides = touchingSides(a.box, b.box);
      if (!sides || groupOf(a) === groupOf(b)) continue;
      const [own, other] = [edgesOf(a)?.[sides[0]], edgesOf(b)?.[sides[1]]];
      if (own && other && goesOn(own, other)) replace(groupOf(a), groupOf(b));
    }
  }
  // The edges of tiles of plain air say nothing; they belong to the picture whose frame they fill.
  for (const tile of tiles) {
    const own = groupOf(tile);
    if (own.images.length > 1) continue;
    const frame = joined.find(
      (group) =>
        group !== own &&
        group.images.length > 1 &&
        overlapArea(group.box, own.box) > 0.9 * area(own.box),
    );
    if (frame) replace(frame, own);
  }
  return joined;
}

/** The sides along whose whole length two boxes touch. */
function touchingSides(a: PageBox, b: PageBox): readonly [Side, Side] | undefined {
  const near = (x: number, y: number): boolean => Math.abs(x - y) < slack;
  const isRow = near(a[1], b[1]) && near(a[3], b[3]) && Math.min(width(a), width(b)) > 3 * slack;
  const isColumn =
    near(a[0], b[0]) && near(a[2], b[2]) && Math.min(height(a), height(b)) > 3 * slack;
  if (isRow && near(a[2], b[0])) return ['right', 'left'];
  if (isRow && near(b[2], a[0])) return ['left', 'right'];
  if (isColumn && near(a[3], b[1])) return ['bottom', 'top'];
  if (isColumn && near(b[3], a[1])) return ['top', 'bottom'];
  return undefined;
}

function readEdges(pixels: Pixels): Readonly<Record<Side, Float32Array>> {
  const grey = toGrey(pixels);
  const { columns, rows } = pixels;
  const along = (count: number, at: (i: number) => number): Float32Array =>
    Float32Array.from({ length: places }, (_, k) => {
      const [from, to] = [Math.floor((k * count) / places), Math.floor(((k + 1) * count) / places)];
      let sum = 0;
      for (let i = from; i < Math.max(from + 1, to); i++) sum += at(Math.min(i, count - 1));
      return sum / Math.max(1, to - from);
    });
  return {
    left: along(rows, (row) => grey[row * columns]!),
    right: along(rows, (row) => grey[row * columns + columns - 1]!),
    top: along(columns, (column) => grey[column]!),
    bottom: along(columns, (column) => grey[(rows - 1) * columns + column]!),
  };
}

/** Whether two edges show one picture: they vary, and vary in the same way. */
function goesOn(a: Float32Array, b: Float32Array): boolean {
  const mean = (values: Float32Array): number => values.reduce((sum, v) => sum + v, 0) / places;
  const [ma, mb] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < places; i++) {
    const [x, y] = [a[i]! - ma, b[i]! - mb];
    aa += x * x;
    bb += y * y;
    ab += x * y;
  }
  const spread = Math.sqrt(Math.min(aa, bb) / places);
  return spread > leastSpread && ab / Math.sqrt(aa * bb) > leastCorrelation;
}
