import { lungMask } from '@groundglass/core';
import { shrink, toGrey, type Pixels } from '../pdf/pixels.js';

/** A panel's appearance, in dimensionless numbers; shares are of its pixels. */
export interface PanelFeatures {
  /** Width over height. */
  readonly aspect: number;
  /** Share of pixels with a colour. */
  readonly colour: number;
  /** Share of pixels in the middle of a coloured patch: filled with colour, not outlined. */
  readonly filled: number;
  /** Share of (nearly) white and of (nearly) black pixels. */
  readonly white: number;
  readonly black: number;
  /** Entropy of the grey histogram in 32 bins, in bits: 5 if all are equally frequent, near 0 for a mask or a drawing. */
  readonly entropy: number;
  /** Result of the lung segmentation; null if it found no plausible lungs. */
  readonly lungs: {
    readonly share: number;
    /** Width over height of the box around them. */
    readonly aspect: number;
    /** Centre of that box across the picture, 0–1. */
    readonly centre: number;
    readonly top: number;
    readonly bottom: number;
    readonly width: number;
    /** The smaller half's share of the lungs, halves of their box. */
    readonly balance: number;
    /** Share of black in the ring around the lungs: near 1 where everything but the lungs was masked out. */
    readonly ringBlack: number;
    /** Mean grey of the ring minus that of the lungs. */
    readonly contrast: number;
    /** Mean grey of the lungs. */
    readonly grey: number;
    /** Height of the lungs in the middle fifth of their box over that in the halves next to it: the mediastinum separates two lungs. */
    readonly middle: number;
    /** Mean step of grey across the lungs' border, two pixels to each side: radiographs have no sharp one. */
    readonly edge: number;
  } | null;
  /** Share of pixels along each border that are dark: air around the body. */
  readonly corners: number;
}

/** Longer side at which panels are measured. */
const side = 256;
const colourful = 36;

/** Measures a panel. */
export function panelFeatures(panel: Pixels): PanelFeatures {
  const small = shrink(panel, side);
  const { columns, rows, data } = small;
  const grey = toGrey(small);
  const count = grey.length;
  let [colour, white, black] = [0, 0, 0];
  const coloured = new Uint8Array(count);
  const bins = new Float64Array(32);
  for (let i = 0, at = 0; i < count; i++, at += 3) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) > colourful) {
      colour++;
      coloured[i] = 1;
    }
    const value = grey[i]!;
    if (value > 0.94) white++;
    if (value < 0.06) black++;
    bins[Math.min(31, Math.floor(value * 32))]!++;
  }
  let entropy = 0;
  for (const bin of bins) if (bin > 0) entropy -= (bin / count) * Math.log2(bin / count);
  const field = fillRoundField(grey, columns, rows);
  const mask = lungMask({ index: 0, columns, rows, unit: 'grey', pixels: field });
  return {
    aspect: panel.columns / panel.rows,
    colour: colour / count,
    filled: filledShare(coloured, columns, rows),
    white: white / count,
    black: black / count,
    entropy,
    lungs: mask ? lungFeatures(mask, field, columns, rows) : null,
    corners: darkCorners(grey, columns, rows),
  };
}

/** Whether a picture is the disc of a scanner's field of view in black. */
export function hasRoundField(panel: Pixels): boolean {
  const small = shrink(panel, side);
  const grey = toGrey(small);
  return fillRoundField(grey, small.columns, small.rows) !== grey;
}

function lungFeatures(
  mask: Uint8Array,
  grey: Float32Array,
  columns: number,
  rows: number,
): PanelFeatures['lungs'] {
  let [left, right, top, bottom, area, sum] = [columns, -1, rows, -1, 0, 0];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 0) continue;
    const [x, y] = [i % columns, Math.floor(i / columns)];
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    area++;
    sum += grey[i]!;
  }
  if (area === 0) return null;
  const middle = (left + right) / 2;
  let onLeft = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i] !== 0 && i % columns < middle) onLeft++;
  const ring = ringAround(mask, columns, rows, Math.max(2, Math.round(0.02 * columns)));
  let [ringCount, ringBlack, ringSum] = [0, 0, 0];
  for (let i = 0; i < ring.length; i++) {
    if (ring[i] === 0) continue;
    ringCount++;
    ringSum += grey[i]!;
    if (grey[i]! < 0.06) ringBlack++;
  }
  const [w, h] = [right - left + 1, bottom - top + 1];
  let [edges, edgeSum] = [0, 0];
  for (let y = 3; y < rows - 3; y++) {
    for (let x = 3; x < columns - 3; x++) {
      const at = y * columns + x;
      if (mask[at] === 0) continue;
      for (const step of [1, -1, columns, -columns]) {
        if (mask[at + step] !== 0) continue;
        edges++;
        edgeSum += grey[at + 2 * step]! - grey[at - 2 * step]!;
      }
    }
  }
  return {
    grey: sum / area,
    middle: middleShare(mask, columns, left, right),
    edge: edges === 0 ? 0 : edgeSum / edges,
    share: area / mask.length,
    aspect: w / h,
    centre: (middle + 0.5) / columns,
    top: top / rows,
    bottom: (bottom + 1) / rows,
    width: w / columns,
    balance: Math.min(onLeft, area - onLeft) / area,
    ringBlack: ringCount === 0 ? 1 : ringBlack / ringCount,
    contrast: ringCount === 0 ? 0 : ringSum / ringCount - sum / area,
  };
}

function middleShare(mask: Uint8Array, columns: number, left: number, right: number): number {
  const heightOf = (from: number, to: number): number => {
    const [first, end] = [from, to].map((share) => Math.round(left + share * (right + 1 - left)));
    let count = 0;
    for (let i = 0; i < mask.length; i++) {
      const x = i % columns;
      if (mask[i] !== 0 && x >= first! && x < end!) count++;
    }
    return count / Math.max(1, end! - first!);
  };
  const sides = Math.max(heightOf(0.1, 0.4), heightOf(0.6, 0.9));
  return sides === 0 ? 1 : heightOf(0.4, 0.6) / sides;
}

/** Pixels outside the mask that are at most `reach` rows or columns away from it. */
function ringAround(mask: Uint8Array, columns: number, rows: number, reach: number): Uint8Array {
  const across = new Uint8Array(mask.length);
  for (let row = 0; row < rows; row++) {
    let last = -Infinity;
    for (let x = 0; x < columns; x++) {
      if (mask[row * columns + x] !== 0) last = x;
      if (x - last <= reach) across[row * columns + x] = 1;
    }
    last = Infinity;
    for (let x = columns - 1; x >= 0; x--) {
      if (mask[row * columns + x] !== 0) last = x;
      if (last - x <= reach) across[row * columns + x] = 1;
    }
  }
  const ring = new Uint8Array(mask.length);
  for (let x = 0; x < columns; x++) {
    let last = -Infinity;
    for (let row = 0; row < rows; row++) {
      if (across[row * columns + x] !== 0) last = row;
      if (row - last <= reach) ring[row * columns + x] = 1;
    }
    last = Infinity;
    for (let row = rows - 1; row >= 0; row--) {
      if (across[row * columns + x] !== 0) last = row;
      if (last - row <= reach) ring[row * columns + x] = 1;
    }
  }
  for (let i = 0; i < ring.length; i++) if (mask[i] !== 0) ring[i] = 0;
  return ring;
}

/** Share of pixels whose neighbours up to two away are all marked. */
function filledShare(marked: Uint8Array, columns: number, rows: number): number {
  let found = 0;
  for (let y = 2; y < rows - 2; y++) {
    for (let x = 2; x < columns - 2; x++) {
      if (marked[y * columns + x] === 0) continue;
      let all = true;
      for (let dy = -2; dy <= 2 && all; dy++) {
        for (let dx = -2; dx <= 2; dx++) {
          if (marked[(y + dy) * columns + x + dx] === 0) {
            all = false;
            break;
          }
        }
      }
      if (all) found++;
    }
  }
  return found / marked.length;
}

/** Share of the four corner squares (a tenth of the sides) that is dark. */
function darkCorners(grey: Float32Array, columns: number, rows: number): number {
  const [w, h] = [Math.max(1, Math.floor(columns / 10)), Math.max(1, Math.floor(rows / 10))];
  let [dark, count] = [0, 0];
  for (const [left, top] of [
    [0, 0],
    [columns - w, 0],
    [0, rows - h],
    [columns - w, rows - h],
  ] as const) {
    for (let y = top; y < top + h; y++) {
      for (let x = left; x < left + w; x++) {
        count++;
        if (grey[y * columns + x]! < 0.2) dark++;
      }
    }
  }
  return dark / count;
}

/**
 * Fills the black outside a scanner's round field of view with the grey of the air inside it: against that black even
 * air is bright, and a threshold finds the field instead of the body.
 *
 * @returns the picture itself if it has no such field.
 */
function fillRoundField(grey: Float32Array, columns: number, rows: number): Float32Array {
  const outside = new Uint8Array(grey.length);
  const inset = Math.round(0.012 * Math.max(columns, rows));
  const stack = [
    inset * columns + inset,
    (inset + 1) * columns - 1 - inset,
    (rows - 1 - inset) * columns + inset,
    (rows - inset) * columns - 1 - inset,
  ];
  const darkest = Math.max(...stack.map((at) => grey[at]!));
  if (darkest > 0.1) return grey;
  const limit = darkest + 0.035;
  let count = 0;
  let [edge, edgeSum] = [0, 0];
  for (const at of stack) outside[at] = 1;
  while (stack.length > 0) {
    const at = stack.pop()!;
    count++;
    const x = at % columns;
    for (const next of [
      x > 0 ? at - 1 : -1,
      x < columns - 1 ? at + 1 : -1,
      at - columns,
      at + columns,
    ]) {
      if (next < 0 || next >= grey.length || outside[next] === 1) continue;
      if (grey[next]! < limit) {
        outside[next] = 1;
        stack.push(next);
      }
    }
  }
  // A disc in a square leaves 21 % outside of it.
  if (count < 0.15 * grey.length || count > 0.27 * grey.length) return grey;
  if (!isAroundDisc(outside, columns, rows)) return grey;
  // Grey two pixels beyond the rim: the rim itself is blurred.
  for (let row = 0; row < rows; row++) {
    for (const direction of [1, -1]) {
      let x = direction === 1 ? 0 : columns - 1;
      while (x >= 0 && x < columns && outside[row * columns + x] === 1) x += direction;
      const at = x + 3 * direction;
      if (x <= 0 || x >= columns - 1 || at < 0 || at >= columns) continue;
      edge++;
      edgeSum += grey[row * columns + at]!;
    }
  }
  if (edge < 0.3 * rows) return grey;
  const air = edgeSum / edge;
  return grey.map((value, i) => (outside[i] === 1 || value < limit - 0.02 ? air : value));
}

/** Whether a mask is the complement of the ellipse that fills the picture. */
function isAroundDisc(outside: Uint8Array, columns: number, rows: number): boolean {
  let [wrong, beyond] = [0, 0];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const radius = Math.hypot((2 * x + 1) / columns - 1, (2 * y + 1) / rows - 1);
      const out = outside[y * columns + x] === 1;
      if (radius > 1) beyond++;
      if ((radius < 0.95 && out) || (radius > 1.05 && !out)) wrong++;
    }
  }
  return wrong < 0.06 * beyond;
}
