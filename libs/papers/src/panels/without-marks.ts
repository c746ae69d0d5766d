import { cutPixels, shrink, type Pixels } from '../pdf/pixels.js';

/** Longer side at which marks are removed. */
const side = 512;
/** Difference of the colours from which a pixel is a mark's. */
const colourful = 36;
/** Share of a picture that marks take: cross-hairs, letters and scale bars of a viewer. */
const share = { least: 0.004, most: 0.08 };
/** Width of a mark's blurred rim, which is removed with it, in pixels. */
const rim = 2;
/** How far around a mark its background is searched, in pixels. */
const reach = 12;
/** Brighter than the black around a viewer's picture, 0–255. */
const dark = 24;

/**
 * A picture without a viewer's coloured marks, and without the black around it that contained only marks; undefined if it has
 * no such marks. Marked pixels get the mean of their surroundings.
 */
export function withoutMarks(panel: Pixels): Pixels | undefined {
  const { columns, rows, data } = shrink(panel, side);
  const marked = new Uint8Array(columns * rows);
  let count = 0;
  for (let i = 0, at = 0; i < marked.length; i++, at += 3) {
    const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (Math.max(r, g, b) - Math.min(r, g, b) <= colourful) continue;
    marked[i] = 1;
    count++;
  }
  if (count < share.least * marked.length || count > share.most * marked.length) return undefined;
  const clean = new Uint8Array(data);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (!isNearMark(x, y)) continue;
      let [sum, found] = [0, 0];
      for (const [dx, dy] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ] as const) {
        for (let step = rim + 1; step <= reach; step++) {
          const [nx, ny] = [x + dx * step, y + dy * step];
          if (nx < 0 || ny < 0 || nx >= columns || ny >= rows) break;
          if (isNearMark(nx, ny)) continue;
          sum += data[3 * (ny * columns + nx) + 1]!;
          found++;
          break;
        }
      }
      if (found > 0) clean.fill(sum / found, 3 * (y * columns + x), 3 * (y * columns + x) + 3);
    }
  }
  // Lines of the viewer's own frame are at the border.
  const inset = Math.ceil(0.012 * Math.max(columns, rows));
  const inner = { left: inset, top: inset, columns: columns - 2 * inset, rows: rows - 2 * inset };
  if (inner.columns < 1 || inner.rows < 1) return undefined;
  return withoutBlack(cutPixels({ columns, rows, data: clean }, inner));

  function isNearMark(x: number, y: number): boolean {
    for (let ny = Math.max(0, y - rim); ny <= Math.min(rows - 1, y + rim); ny++)
      for (let nx = Math.max(0, x - rim); nx <= Math.min(columns - 1, x + rim); nx++)
        if (marked[ny * columns + nx] === 1) return true;
    return false;
  }
}

/** Removes the dark lines from the four sides. */
function withoutBlack(picture: Pixels): Pixels {
  const { columns, rows, data } = picture;
  const [across, down] = [new Uint32Array(columns), new Uint32Array(rows)];
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      if (data[3 * (y * columns + x) + 1]! <= dark) continue;
      across[x]!++;
      down[y]!++;
    }
  }
  const isLit = (length: number) => (count: number) => count > 0.06 * length;
  const [left, right] = [across.findIndex(isLit(rows)), across.findLastIndex(isLit(rows))];
  const [top, bottom] = [down.findIndex(isLit(columns)), down.findLastIndex(isLit(columns))];
  if (left < 0 || top < 0) return picture;
  return cutPixels(picture, { left, top, columns: right - left + 1, rows: bottom - top + 1 });
}
