import {
  area,
  height,
  intersection,
  overlapArea,
  union,
  width,
  type PageBox,
} from '../geometry.js';
import type { FoundFigure } from '../layout/find-figures.js';
import {
  covers,
  mostPixels,
  type PageGraphics,
  type PdfPage,
  type PlacedImage,
} from '../pdf/pdf-page.js';
import { shrink, type Pixels } from '../pdf/pixels.js';
import { joinTiles, type ImageGroup } from './join-tiles.js';

/** A part of a figure that is one picture: an embedded image, or the drawing in a box. */
export interface FigureCell {
  readonly box: PageBox;
  readonly pixels: Pixels;
  /** Where the pixels come from. */
  readonly source: 'embedded' | 'rendered';
  /** Whether it contains an image: a drawing of lines only shows no scan. */
  readonly hasImage: boolean;
  /** The file's own JPEG, if the cell is one and nothing is drawn over it. */
  readonly jpeg: Uint8Array | undefined;
  /** Number of the image in the page's drawing order; null if it was rendered. */
  readonly object: number | null;
}

/** Pixels per point for drawings without pixels of their own: 300 dpi. */
const vectorScale = 300 / 72;
/** Most pixels of a rendered cell. */
const mostRendered = 24_000_000;
/** Mean difference, of 255, between an image and the page's rendering of it up to which nothing was drawn over it. */
const faithful = 7;

/**
 * The pictures that a figure consists of. An isolated, upright and uncovered image gives its own pixels; tiles, masked
 * images and images with drawings over them are rendered at the images' own resolution; pure drawings are rendered at 300 dpi.
 *
 * @param scanned the page is one image: the figure is a part of it.
 */
export function figureCells(
  page: PdfPage,
  graphics: PageGraphics,
  figure: FoundFigure,
  scanned = false,
): FigureCell[] {
  if (scanned) {
    const scan = Math.max(1, ...graphics.images.map(scaleOf));
    return [render(page, figure.box, scan, true)];
  }
  const images = figure.images
    .map((index) => graphics.images[index]!)
    .filter(({ box }) => width(box) >= 8 && height(box) >= 8);
  const groups = joinTiles(groupTiles(images), (image) => readable(page, image));
  const covered = groups.reduce((sum, group) => sum + area(group.box), 0);
  // A drawing with small pictures in it is one picture.
  const isDrawing = groups.length > 0 && figure.shapes > 40 && covered < 0.35 * area(figure.box);
  if (groups.length === 0 || isDrawing) {
    const finest = Math.max(vectorScale, ...images.map(scaleOf));
    return [render(page, figure.box, Math.min(finest, 2 * vectorScale), images.length > 0)];
  }
  return groups.map((group) => cellOf(page, graphics, group));
}

function readable(page: PdfPage, image: PlacedImage): Pixels | undefined {
  try {
    return page.imagePixels(image);
  } catch {
    // An unreadable picture is reported where it is cut.
    return undefined;
  }
}

/** Pixels per point. */
function scaleOf({ fullBox, columns }: PlacedImage): number {
  return columns / Math.max(1, width(fullBox));
}

/** Joins images that overlap, and strips that continue each other. */
function groupTiles(images: readonly PlacedImage[]): ImageGroup[] {
  const groups: { box: PageBox; images: PlacedImage[] }[] = [];
  for (const image of images) {
    let box: PageBox = image.box;
    let members = [image];
    for (let i = groups.length - 1; i >= 0; i--) {
      const other = groups[i]!;
      const common = overlapArea(box, other.box);
      if (common > 0.08 * Math.min(area(box), area(other.box)) || isStrip(box, other.box)) {
        box = union(box, other.box);
        members = [...other.images, ...members];
        groups.splice(i, 1);
      }
    }
    groups.push({ box, images: members });
  }
  return groups;
}

/** Strips of one picture: flush on both sides, touching, and much wider than high (or the reverse). */
function isStrip(a: PageBox, b: PageBox): boolean {
  const flush = (i: 0 | 1, k: 2 | 3): boolean =>
    Math.abs(a[i] - b[i]) < 0.6 && Math.abs(a[k] - b[k]) < 0.6;
  const stacked = flush(0, 2) && Math.min(Math.abs(a[3] - b[1]), Math.abs(b[3] - a[1])) < 0.8;
  const beside = flush(1, 3) && Math.min(Math.abs(a[2] - b[0]), Math.abs(b[2] - a[0])) < 0.8;
  return (
    (stacked && Math.min(height(a), height(b)) < 0.3 * width(a)) ||
    (beside && Math.min(width(a), width(b)) < 0.3 * height(a))
  );
}

function cellOf(page: PdfPage, graphics: PageGraphics, group: ImageGroup): FigureCell {
  const scale = Math.max(...group.images.map(scaleOf));
  const image = group.images[0]!;
  const clipped = area(image.box) < 0.985 * area(image.fullBox);
  const drawnOver = graphics.shapes.some(
    (shape) => !isInvisible(shape.box) && covers(shape, image),
  );
  if (group.images.length > 1 || clipped || drawnOver || !image.upright) {
    return render(page, group.box, scale, true);
  }
  if (image.columns * image.rows > mostPixels) return render(page, group.box, scale, true);
  const pixels = page.imagePixels(image);
  const rendered = page.render(group.box, 160 / Math.max(width(group.box), height(group.box)));
  if (difference(pixels, rendered) > faithful) return render(page, group.box, scale, true);
  const isJpeg = image.filters.length === 1 && image.filters[0] === 'DCTDecode';
  return {
    box: group.box,
    pixels,
    source: 'embedded',
    hasImage: true,
    jpeg: isJpeg ? page.rawImage(image) : undefined,
    object: image.order,
  };
}

function isInvisible(box: PageBox): boolean {
  return width(box) < 0.2 && height(box) < 0.2;
}

function render(page: PdfPage, box: PageBox, scale: number, hasImage: boolean): FigureCell {
  const inside = intersection(box, page.box);
  const most = Math.sqrt(mostRendered / Math.max(1, area(inside)));
  return {
    box: inside,
    pixels: page.render(inside, Math.min(scale, most)),
    source: 'rendered',
    hasImage,
    jpeg: undefined,
    object: null,
  };
}

/** Mean absolute difference of two pictures of one thing, at a size of 24 pixels. */
function difference(a: Pixels, b: Pixels): number {
  const [small, other] = [stretch(shrink(a, 160), 24), stretch(b, 24)];
  let sum = 0;
  for (let i = 0; i < small.length; i++) sum += Math.abs(small[i]! - other[i]!);
  return sum / small.length;
}

/** Averages a picture to `side` × `side`, whatever its shape. */
function stretch({ columns, rows, data }: Pixels, side: number): Float32Array {
  const sums = new Float32Array(side * side * 3);
  const counts = new Float32Array(side * side);
  for (let row = 0; row < rows; row++) {
    const y = Math.min(side - 1, Math.floor((row * side) / rows));
    for (let column = 0; column < columns; column++) {
      const to = y * side + Math.min(side - 1, Math.floor((column * side) / columns));
      counts[to]!++;
      for (let c = 0; c < 3; c++) sums[to * 3 + c]! += data[(row * columns + column) * 3 + c]!;
    }
  }
  return sums.map((sum, i) => sum / Math.max(1, counts[Math.floor(i / 3)]!));
}
