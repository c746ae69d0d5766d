import type { PixelBox } from '../pdf/pixels.js';

interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A connected piece of a mask. */
export interface Region {
  readonly box: PixelBox;
  /** Pixels in it. */
  readonly area: number;
}

/** The pieces of a mask, and for each pixel the index of its piece plus one; 0 outside. */
export interface Regions {
  readonly regions: readonly Region[];
  readonly labels: Int32Array;
}

/**
 * The boxes of solid regions: connected pieces after an opening with a square of `2 * reach + 1` pixels, if
 * each fills most of its box.
 *
 * @param mask `rows * columns` values, 1 inside.
 */
export function solidRegions(mask: Uint8Array, size: Size, reach: number): PixelBox[] {
  // First fill holes of soft tissue shown in white, up to the same reach.
  const { columns, rows } = size;
  const closed = spread(spread(mask, columns, rows, 2, 1), columns, rows, 2, 0);
  return openedRegions(closed, size, reach)
    .regions.filter(({ box, area }) => area > 0.5 * box.columns * box.rows)
    .map(({ box }) => box);
}

/** The connected pieces that an opening with a square of `2 * reach + 1` pixels leaves, whatever their shape. */
export function openedRegions(mask: Uint8Array, { columns, rows }: Size, reach: number): Regions {
  const opened = spread(spread(mask, columns, rows, reach, 0), columns, rows, reach, 1);
  const labels = new Int32Array(opened.length);
  const stack = new Int32Array(opened.length);
  const regions: Region[] = [];
  for (let start = 0; start < opened.length; start++) {
    if (opened[start] === 0 || labels[start] !== 0) continue;
    const label = regions.length + 1;
    let [left, right, top, bottom, area] = [columns, 0, rows, 0, 0];
    let depth = 0;
    const visit = (at: number): void => {
      if (opened[at] === 0 || labels[at] !== 0) return;
      labels[at] = label;
      stack[depth++] = at;
    };
    visit(start);
    while (depth > 0) {
      const at = stack[--depth]!;
      const y = Math.floor(at / columns);
      const x = at - y * columns;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      area++;
      if (x > 0) visit(at - 1);
      if (x < columns - 1) visit(at + 1);
      if (y > 0) visit(at - columns);
      if (y < rows - 1) visit(at + columns);
    }
    regions.push({
      box: { left, top, columns: right - left + 1, rows: bottom - top + 1 },
      area,
    });
  }
  return { regions, labels };
}

/** Marks enclosed pixels: those with no path outside the mask to the picture's border. */
export function withoutHoles(mask: Uint8Array, { columns, rows }: Size): Uint8Array {
  const filled = new Uint8Array(mask).fill(1);
  const stack = new Int32Array(mask.length);
  let depth = 0;
  const visit = (at: number): void => {
    if (mask[at] !== 0 || filled[at] === 0) return;
    filled[at] = 0;
    stack[depth++] = at;
  };
  for (let x = 0; x < columns; x++) {
    visit(x);
    visit((rows - 1) * columns + x);
  }
  for (let y = 0; y < rows; y++) {
    visit(y * columns);
    visit(y * columns + columns - 1);
  }
  while (depth > 0) {
    const at = stack[--depth]!;
    const x = at % columns;
    if (x > 0) visit(at - 1);
    if (x < columns - 1) visit(at + 1);
    if (at >= columns) visit(at - columns);
    if (at < (rows - 1) * columns) visit(at + columns);
  }
  return filled;
}

/** Dilates (`value` 1) or erodes (`value` 0) by a square of `2 * reach + 1` pixels. */
function spread(
  mask: Uint8Array,
  columns: number,
  rows: number,
  reach: number,
  value: 0 | 1,
): Uint8Array {
  const across = new Uint8Array(mask).fill(1 - value);
  for (let row = 0; row < rows; row++) {
    spreadLine(mask, across, row * columns, 1, columns, reach, value);
  }
  const result = new Uint8Array(mask).fill(1 - value);
  for (let column = 0; column < columns; column++) {
    spreadLine(across, result, column, columns, rows, reach, value);
  }
  return result;
}

function spreadLine(
  from: Uint8Array,
  to: Uint8Array,
  start: number,
  step: number,
  count: number,
  reach: number,
  value: 0 | 1,
): void {
  let until = -1;
  for (let i = -reach; i < count; i++) {
    const ahead = i + reach;
    if (ahead < count && from[start + ahead * step] === value) until = ahead + reach;
    if (i >= 0 && i <= until) to[start + i * step] = value;
  }
}
