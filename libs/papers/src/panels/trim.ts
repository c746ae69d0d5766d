import type { PixelBox, Pixels } from '../pdf/pixels.js';
import { findGutters } from './gutters.js';

/** Takes light lines of one colour off the sides of a box. */
export function trimUniform(picture: Pixels, box: PixelBox, shade: 'light' | 'any'): PixelBox {
  let current = box;
  for (const along of ['rows', 'columns'] as const) {
    const [first, end] =
      along === 'rows'
        ? [current.top, current.top + current.rows]
        : [current.left, current.left + current.columns];
    let [from, to] = [first, end];
    for (const gutter of findGutters(picture, current, along)) {
      if (shade === 'light' && gutter.grey <= 150) continue;
      if (gutter.from <= from) from = Math.max(from, gutter.to);
      if (gutter.to >= end) to = Math.min(to, gutter.from);
    }
    to = Math.max(from, to);
    current =
      along === 'rows'
        ? { ...current, top: from, rows: to - from }
        : { ...current, left: from, columns: to - from };
    if (to === from) return current;
  }
  return current;
}

/** A key of a box. */
export function bytesIn({ left, top, columns, rows }: PixelBox): string {
  return `${left},${top},${columns},${rows}`;
}
