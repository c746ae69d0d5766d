import { cutPixels, type PixelBox, type Pixels } from '../pdf/pixels.js';
import { findGutters } from './gutters.js';

/** Removes light lines of one colour from the sides of a box. */
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

/** Most of a picture's side that a frame may take. */
const thickest = 0.06;

/** Removes a frame of one colour around a picture on all four sides; returns the picture itself if it has none. */
export function withoutFrame(picture: Pixels): Pixels {
  const { columns, rows } = picture;
  const counts = [0, 1, 2, 3].map((side) => frameLines(picture, side as 0 | 1 | 2 | 3));
  if (counts.some((count) => count === 0)) return picture;
  // The line between frame and picture is a mixture of both.
  const [left, right, top, bottom] = counts.map((count) => count + 1) as [
    number,
    number,
    number,
    number,
  ];
  if (left + right >= columns || top + bottom >= rows) return picture;
  return cutPixels(picture, {
    left,
    top,
    columns: columns - left - right,
    rows: rows - top - bottom,
  });
}

/** Lines of a frame on one side: left, right, top, bottom. Nine tenths of each are similar, and not as dark as air. */
function frameLines({ columns, rows, data }: Pixels, side: 0 | 1 | 2 | 3): number {
  const [across, length] = side < 2 ? [columns, rows] : [rows, columns];
  const most = Math.floor(thickest * across);
  // Blurred or shadowed outside.
  let skipped = 0;
  for (let line = 0; line <= most; line++) {
    const from = side % 2 === 0 ? line : across - 1 - line;
    const at = (i: number): number => 3 * (side < 2 ? i * columns + from : from * columns + i);
    const middle = [0, 1, 2].map((channel) => {
      const values = Array.from(
        { length: 31 },
        (_, k) => data[at(Math.floor(((k + 0.5) * length) / 31)) + channel]!,
      ).sort((a, b) => a - b);
      return values[15]!;
    });
    let alike = 0;
    for (let i = 0; i < length; i++) {
      const place = at(i);
      if ([0, 1, 2].every((channel) => Math.abs(data[place + channel]! - middle[channel]!) < 40))
        alike++;
    }
    const isFrame = alike >= 0.9 * length && Math.max(...middle) > 70;
    if (isFrame) continue;
    if (line === skipped && line < 2) {
      skipped++;
      continue;
    }
    return line === skipped ? 0 : line;
  }
  // One colour as far as checked: no frame.
  return 0;
}

/** A key of a box. */
export function bytesIn({ left, top, columns, rows }: PixelBox): string {
  return `${left},${top},${columns},${rows}`;
}
