import type { PixelUnit } from '../contracts/volume.js';
import {
  alignToWords,
  below,
  countInRun,
  countInside,
  cutMask,
  emptyMask,
  intersect,
  pasteMask,
  toBytes,
  unite,
  valuesInside,
  type BitMask,
} from '../imaging/bit-mask.js';
import type { Box } from '../imaging/bounding-box.js';
import {
  connectedComponents,
  maskOfRegions,
  type Component,
  type Components,
} from '../imaging/connected-components.js';
import { hullMask } from '../imaging/convex-hull.js';
import { cut, paste } from '../imaging/cut.js';
import { largestSquaredDistances } from '../imaging/distance-transform.js';
import { findBody } from './find-body.js';
import { close, dilate, fillHoles } from '../imaging/morphology.js';
import { otsuThreshold } from '../imaging/otsu-threshold.js';
import type { PictureSize } from '../imaging/resample.js';
import { trimFrame } from './trim-frame.js';

/** Air or lung is below, soft tissue above: the usual threshold for segmenting lungs. */
const lungHu = -320;
/** Lung is tissue and air mixed; a region darker than this on average is gas in the stomach, the bowel or the room. */
const gasHu = -970;

/** Lengths are shares of the picture's longer side, areas shares of its pixels. */
const shape = {
  /** Bays up to twice this wide are lung: vessels at the hilum, consolidations along the pleura. */
  closing: 0.04,
  /** Aerated remnants this near to a lung belong to it. */
  restDistance: 0.12,
  /** Smaller specks are noise. */
  restRadius: 0.003,
  /** How far beyond the lungs' convex hull a remnant may be. */
  restBeyond: 0.04,
  /** Lungs whose widest disc is smaller than this are segmented again. */
  usualRadius: 0.06,
  /** The widest disc in a region that is lung; hollow tables and skin folds are thinner. */
  smallestRadius: 0.015,
  smallestArea: 0.004,
  /** A region smaller than this share of the largest is trachea, gas or dirt. */
  smallestOfLargest: 0.08,
  /** Pixels on the border over the square root of the area: above it a region is the room's air, not a cut lung. */
  largestBorder: 1.5,
  /** All regions together must reach this, or no lung was found. */
  smallestTotal: 0.015,
} as const;

/** What was found in a slice; masks are 1 inside. */
export interface Anatomy {
  readonly body: Uint8Array;
  /** Undefined if no plausible lung was found. */
  readonly lungs: Uint8Array | undefined;
}

/**
 * Finds body and lungs in one axial slice by thresholds. Hounsfield units are cut at -320; grey, whose window is unknown, by
 * Otsu's threshold, first of the picture and then of the body alone, since much black around it shifts the first one. In a
 * narrow window the chest wall itself falls below it: if the lungs come out thin, half of it is tried as well.
 *
 * Lungs are the large dark regions in the body that are not gas, with the small nearby ones that are brighter (aerated
 * remnants in a consolidation; trachea and bronchi are darker), closed with a disc so that vessels and lesions at the pleura are
 * included.
 */
export function findAnatomy(pixels: Float32Array, size: PictureSize, unit: PixelUnit): Anatomy {
  if (unit === 'HU') {
    const { body, lungs } = anatomyAt(pixels, size, unit, lungHu, lungHu);
    return { body: toBytes(body), lungs: lungs && toBytes(lungs) };
  }
  const box = trimFrame(pixels, size);
  const { body, lungs } = greyAnatomy(cut(pixels, size, box), box);
  const toPicture = (mask: BitMask): Uint8Array => paste(toBytes(mask), box, size);
  return { body: toPicture(body), lungs: lungs && toPicture(lungs) };
}

/** {@link Anatomy} in bits, with the measure that two thresholds are compared by. */
interface BitAnatomy {
  readonly body: BitMask;
  readonly lungs: BitMask | undefined;
  /** Radius of the widest disc in the lungs. */
  readonly depth: number;
}

function greyAnatomy(pixels: Float32Array, size: PictureSize): BitAnatomy {
  const threshold = otsuThreshold(pixels);
  if (threshold === undefined) return { body: emptyMask(size), lungs: undefined, depth: 0 };
  const first = anatomyAt(pixels, size, 'grey', threshold);
  const inField = fieldAnatomy(pixels, size, first);
  if (inField) return inField;
  const withoutBone = softAnatomy(pixels, size, threshold, first);
  if (withoutBone) return withoutBone;
  if (first.depth >= shape.usualRadius * Math.max(size.columns, size.rows)) return first;
  const second = anatomyAt(pixels, size, 'grey', threshold / 2, threshold / 2);
  return second.depth > first.depth ? second : first;
}

/** Scanners fill the outside of their round field with black, which is darker than the air inside. */
const black = 0.02;
/** If the body takes this share of all that is not black, the air around it was taken for body or lung. */
const wholeField = 0.97;
/** If more of the body than this is black, its lungs are black, and so is any air around it: there is no grey air to exclude. */
const mostBlack = 0.1;
/** The body must become this much smaller once the black is excluded. */
const smallerBody = 0.95;

/**
 * Looks again without the black outside of a round field: Otsu's threshold then separates black from everything else, and grey air
 * around the body becomes body or lung. The threshold of the pixels that are not black separates air from tissue.
 *
 * @returns undefined if the first result was right.
 */
function fieldAnatomy(
  pixels: Float32Array,
  size: PictureSize,
  first: BitAnatomy,
): BitAnatomy | undefined {
  const lit = countAbove(pixels, black);
  const area = countInside(first.body);
  if (lit === pixels.length || area < wholeField * lit) return undefined;
  const inside = valuesInside(pixels, first.body);
  if (countAbove(inside, black) < (1 - mostBlack) * inside.length) return undefined;
  const threshold = otsuThreshold(pixels.filter((value) => value > black));
  if (threshold === undefined) return undefined;
  const found = anatomyAt(pixels, size, 'grey', threshold);
  return found.lungs && countInside(found.body) < smallerBody * area ? found : undefined;
}

/** No lung fills more of its body: a larger region is muscle and lung together, separated from bone, or a body in a frame. */
export const mostLung = 0.85;

/**
 * Looks again if only bone came out bright: in a window for bone or for vessels with contrast agent, Otsu's threshold separates them from
 * everything else. The threshold of the pixels below it separates lung from muscle.
 *
 * @returns undefined if the first result was right.
 */
function softAnatomy(
  pixels: Float32Array,
  size: PictureSize,
  outer: number,
  first: BitAnatomy,
): BitAnatomy | undefined {
  if (!first.lungs || countInside(first.lungs) <= mostLung * countInside(first.body))
    return undefined;
  const bone = otsuThreshold(valuesInside(pixels, first.body)) ?? outer;
  const inner = otsuThreshold(pixels.filter((value) => value < bone));
  if (inner === undefined) return undefined;
  const found = anatomyAt(pixels, size, 'grey', inner, inner);
  return found.lungs && countInside(found.lungs) <= mostLung * countInside(found.body)
    ? found
    : undefined;
}

function countAbove(pixels: Float32Array, level: number): number {
  let count = 0;
  for (let at = 0; at < pixels.length; at++) if (pixels[at]! > level) count++;
  return count;
}

function anatomyAt(
  pixels: Float32Array,
  size: PictureSize,
  unit: PixelUnit,
  outer: number,
  given?: number,
): BitAnatomy {
  const body = findBody(below(pixels, size, outer));
  const inner = given ?? otsuThreshold(valuesInside(pixels, body));
  const air = intersect(below(pixels, size, inner ?? outer), body);
  const found = findRegions(air, pixels);
  const lungs = chooseLungs(found, unit);
  if (lungs.length === 0) return { body, lungs: undefined, depth: 0 };
  return {
    body,
    lungs: joinLungs(lungs, found, body),
    depth: Math.max(...lungs.map(({ depth }) => depth)),
  };
}

/** A dark region in the body. */
interface Region extends Component {
  readonly mean: number;
  /** Radius of the widest disc in it. */
  readonly depth: number;
}

interface Regions extends Pick<Components, 'runs' | 'size'> {
  readonly regions: readonly Region[];
}

function findRegions(air: BitMask, pixels: Float32Array): Regions {
  const found = connectedComponents(air);
  const { runs, size, components } = found;
  const depths = largestSquaredDistances(air, found);
  const sums = new Float64Array(components.length + 1);
  for (let run = 0; run < runs.label.length; run++) {
    let sum = 0;
    const first = runs.row[run]! * size.columns;
    const end = first + runs.right[run]!;
    for (let at = first + runs.left[run]!; at < end; at++) sum += pixels[at]!;
    sums[runs.label[run]!]! += sum;
  }
  const regions = components.map((component) => ({
    ...component,
    mean: sums[component.label]! / component.area,
    depth: Math.sqrt(depths[component.label]!),
  }));
  return { runs, size, regions };
}

function chooseLungs({ regions, size }: Regions, unit: PixelUnit): Region[] {
  const pixels = size.columns * size.rows;
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

/** Closes each lung separately, so that nothing is filled in between the two. */
function joinLungs(lungs: readonly Region[], found: Regions, body: BitMask): BitMask {
  const { size } = found;
  const side = Math.max(size.columns, size.rows);
  const rests = findRests(lungs, found);
  const reach = Math.ceil(Math.max(shape.restDistance, shape.closing) * side) + 1;
  let result = emptyMask(size);
  for (const lung of lungs) {
    // Only around the lung, as far as the closing can add pixels.
    const box = alignToWords(growBox(lung, reach, size), size);
    const alone = cutMask(maskOfRegions(found, new Set([lung.label])), box);
    const whole = rests
      ? unite(alone, intersect(dilate(alone, shape.restDistance * side), cutMask(rests, box)))
      : alone;
    const filled = fillHoles(close(whole, shape.closing * side));
    result = unite(result, intersect(pasteMask(filled, box, size), body));
  }
  return result;
}

/** A box with a margin, cut at the border of the picture. */
function growBox(box: Box, margin: number, size: PictureSize): Box {
  const left = Math.max(0, box.left - margin);
  const top = Math.max(0, box.top - margin);
  return {
    left,
    top,
    columns: Math.min(size.columns, box.left + box.columns + margin) - left,
    rows: Math.min(size.rows, box.top + box.rows + margin) - top,
  };
}

/**
 * The aerated remnants in consolidations: in the lungs' convex hull, brighter than the lungs, and more than single noise pixels.
 *
 * @returns undefined if there is none, as in most pictures.
 */
function findRests(lungs: readonly Region[], found: Regions): BitMask | undefined {
  const { runs, size, regions } = found;
  const mean = lungs.reduce((sum, lung) => sum + lung.mean, 0) / lungs.length;
  const side = Math.max(size.columns, size.rows);
  const bright = regions.filter(
    (region) => region.mean > mean && region.depth >= shape.restRadius * side,
  );
  if (bright.length === 0) return undefined;
  const all = maskOfRegions(found, new Set(lungs.map(({ label }) => label)));
  const hull = hullMask(dilate(all, shape.restBeyond * side));
  const inHull = new Int32Array(regions.length + 1);
  for (let run = 0; run < runs.label.length; run++) {
    const count = countInRun(hull, runs.row[run]!, runs.left[run]!, runs.right[run]!);
    inHull[runs.label[run]!]! += count;
  }
  const rests = bright.filter(({ label, area }) => inHull[label]! >= area / 2);
  if (rests.length === 0) return undefined;
  return maskOfRegions(found, new Set(rests.map(({ label }) => label)));
}
