import type { PixelUnit } from '../volume.js';
import type { Box } from './bounding-box.js';
import { connectedComponents, type Component } from './connected-components.js';
import { hullMask } from './convex-hull.js';
import { cut, paste } from './cut.js';
import { squaredDistance } from './distance-transform.js';
import { findBody } from './find-body.js';
import { close, dilate, fillHoles } from './morphology.js';
import { otsuThreshold } from './otsu-threshold.js';
import type { PictureSize } from './resample.js';
import { trimFrame } from './trim-frame.js';

/** Below it is air or lung, above soft tissue: the usual cut of threshold segmentation of lungs. */
const lungHu = -320;
/** Lung is tissue and air mixed; a region darker than this on average is gas in the stomach, the bowel or the room. */
const gasHu = -970;

/** Lengths are shares of the picture's longer side, areas shares of its pixels. */
const shape = {
  /** Bays up to twice this wide are lung: vessels at the hilum, consolidations along the pleura. */
  closing: 0.04,
  /** Aerated rests this near to a lung belong to it. */
  restDistance: 0.12,
  /** Smaller specks are noise. */
  restRadius: 0.003,
  /** How far beyond the lungs' convex hull a rest may lie. */
  restBeyond: 0.04,
  /** Lungs whose widest disc is smaller are worth a second look. */
  usualRadius: 0.06,
  /** The widest disc in a region that is lung; hollow tables and skin folds are thinner. */
  smallestRadius: 0.015,
  smallestArea: 0.004,
  /** A region smaller than this share of the largest is trachea, gas or dirt. */
  smallestOfLargest: 0.08,
  /** Pixels on the border over the square root of the area: beyond it a region is the room's air, not a cut lung. */
  largestBorder: 1.5,
  /** All regions together must reach it, or no lung was found. */
  smallestTotal: 0.015,
} as const;

/** What was found in a slice; masks are 1 inside. */
export interface Anatomy {
  readonly body: Uint8Array;
  /** Undefined where no plausible lung was found. */
  readonly lungs: Uint8Array | undefined;
}

/**
 * Finds body and lungs in one axial slice by thresholds. Hounsfield units are cut at -320; grey, whose window is unknown, by
 * Otsu's threshold, first of the picture and then of the body alone, since much black around it shifts the first one. In a
 * narrow window the chest wall itself falls below it: where the lungs come out thin, half of it is tried as well.
 *
 * Lungs are the large dark regions in the body that are not gas, with the small ones near them that are brighter (aerated
 * rests in a consolidation; trachea and bronchi are darker), closed with a disc so that vessels and lesions at the pleura are
 * in.
 */
export function findAnatomy(pixels: Float32Array, size: PictureSize, unit: PixelUnit): Anatomy {
  if (unit === 'HU') return anatomyAt(pixels, size, unit, lungHu, lungHu);
  const box = trimFrame(pixels, size);
  const { body, lungs } = greyAnatomy(cut(pixels, size, box), box);
  return { body: paste(body, box, size), lungs: lungs && paste(lungs, box, size) };
}

function greyAnatomy(pixels: Float32Array, size: PictureSize): Anatomy {
  const threshold = otsuThreshold(pixels);
  if (threshold === undefined) return { body: new Uint8Array(pixels.length), lungs: undefined };
  const first = anatomyAt(pixels, size, 'grey', threshold);
  if (first.depth >= shape.usualRadius * Math.max(size.columns, size.rows)) return first;
  const second = anatomyAt(pixels, size, 'grey', threshold / 2, threshold / 2);
  return second.depth > first.depth ? second : first;
}

function anatomyAt(
  pixels: Float32Array,
  size: PictureSize,
  unit: PixelUnit,
  outer: number,
  given?: number,
): Anatomy & { depth: number } {
  const body = findBody(below(pixels, outer), size);
  const inner = given ?? otsuThreshold(inside(pixels, body));
  const air = below(pixels, inner ?? outer);
  for (let at = 0; at < air.length; at++) if (body[at] === 0) air[at] = 0;
  const regions = findRegions(air, pixels, size);
  const lungs = chooseLungs(regions, size, unit);
  if (lungs.length === 0) return { body, lungs: undefined, depth: 0 };
  return {
    body,
    lungs: joinLungs(lungs, regions, body, size),
    depth: Math.max(...lungs.map(({ depth }) => depth)),
  };
}

/** A dark region in the body. */
interface Region extends Component {
  readonly mean: number;
  /** Radius of the widest disc in it. */
  readonly depth: number;
}

interface Regions {
  readonly labels: Int32Array;
  readonly regions: readonly Region[];
}

function findRegions(air: Uint8Array, pixels: Float32Array, size: PictureSize): Regions {
  const { labels, components } = connectedComponents(air, size);
  const distance = squaredDistance(air, size);
  const sums = new Float64Array(components.length + 1);
  const depths = new Float64Array(components.length + 1);
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at]!;
    sums[label]! += pixels[at]!;
    if (distance[at]! > depths[label]!) depths[label] = distance[at]!;
  }
  const regions = components.map((component) => ({
    ...component,
    mean: sums[component.label]! / component.area,
    depth: Math.sqrt(depths[component.label]!),
  }));
  return { labels, regions };
}

function chooseLungs({ labels, regions }: Regions, size: PictureSize, unit: PixelUnit): Region[] {
  const pixels = labels.length;
  const side = Math.max(size.columns, size.rows);
  const plausible = regions.filter(
    ({ area, depth, borderPixels, mean }) =>
      area >= shape.smallestArea * pixels &&
      depth >= shape.smallestRadius * side &&
      borderPixels <= shape.largestBorder * Math.sqrt(area) &&
      (unit === 'grey' || mean > gasHu),
  );
  const largest = Math.max(0, ...plausible.map(({ area }) => area));
  const lungs = plausible.filter(({ area }) => area >= shape.smallestOfLargest * largest);
  const total = lungs.reduce((sum, { area }) => sum + area, 0);
  return total >= shape.smallestTotal * pixels ? lungs : [];
}

/** Closes each lung by itself, so that nothing is filled in between the two. */
function joinLungs(
  lungs: readonly Region[],
  regions: Regions,
  body: Uint8Array,
  size: PictureSize,
): Uint8Array {
  const { labels } = regions;
  const side = Math.max(size.columns, size.rows);
  const rests = flags(findRests(lungs, regions, size), regions);
  const result = new Uint8Array(labels.length);
  for (const lung of lungs) {
    // Only around the lung, as far as something can be added to it.
    const box = grow(lung, Math.ceil(Math.max(shape.restDistance, shape.closing) * side) + 1, size);
    const around = cut(labels, size, box);
    const part = pick(around, flags([lung.label], regions));
    const near = dilate(part, box, shape.restDistance * side);
    for (let at = 0; at < part.length; at++) {
      if (near[at] !== 0 && rests[around[at]!] === 1) part[at] = 1;
    }
    const filled = paste(fillHoles(close(part, box, shape.closing * side), box), box, size);
    for (let at = 0; at < result.length; at++) {
      if (filled[at] !== 0 && body[at] !== 0) result[at] = 1;
    }
  }
  return result;
}

/** A box with a margin, cut at the border of the picture. */
function grow(box: Box, margin: number, size: PictureSize): Box {
  const left = Math.max(0, box.left - margin);
  const top = Math.max(0, box.top - margin);
  return {
    left,
    top,
    columns: Math.min(size.columns, box.left + box.columns + margin) - left,
    rows: Math.min(size.rows, box.top + box.rows + margin) - top,
  };
}

/** Labels of the aerated rests in consolidations: in the lungs' convex hull and brighter than they, no single pixels of noise. */
function findRests(lungs: readonly Region[], found: Regions, size: PictureSize): number[] {
  const { labels, regions } = found;
  const mean = lungs.reduce((sum, lung) => sum + lung.mean, 0) / lungs.length;
  const side = Math.max(size.columns, size.rows);
  const all = pick(
    labels,
    flags(
      lungs.map(({ label }) => label),
      found,
    ),
  );
  const hull = hullMask(dilate(all, size, shape.restBeyond * side), size);
  const inHull = new Float64Array(regions.length + 1);
  for (let at = 0; at < labels.length; at++) if (hull[at] !== 0) inHull[labels[at]!]! += 1;
  const rests = regions.filter(
    (region) =>
      region.mean > mean &&
      region.depth >= shape.restRadius * side &&
      inHull[region.label]! >= region.area / 2,
  );
  return rests.map(({ label }) => label);
}

/** 1 at each of the labels: looked up for every pixel, a set would take several times as long. */
function flags(labels: readonly number[], { regions }: Regions): Uint8Array {
  const result = new Uint8Array(regions.length + 1);
  for (const label of labels) result[label] = 1;
  return result;
}

function pick(labels: Int32Array, chosen: Uint8Array): Uint8Array {
  const result = new Uint8Array(labels.length);
  for (let at = 0; at < labels.length; at++) result[at] = chosen[labels[at]!]!;
  return result;
}

function inside(pixels: Float32Array, mask: Uint8Array): Float32Array {
  const result = new Float32Array(pixels.length);
  let count = 0;
  for (let at = 0; at < pixels.length; at++) if (mask[at] !== 0) result[count++] = pixels[at]!;
  return result.subarray(0, count);
}

function below(pixels: Float32Array, threshold: number): Uint8Array {
  const result = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) if (pixels[at]! < threshold) result[at] = 1;
  return result;
}
