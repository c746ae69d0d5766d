import type { PixelBox } from '../pdf/pixels.js';

/**
 * The boxes of regions that are solid: what an opening with a square of `2 * reach + 1` pixels leaves, in connected pieces of
 * which each fills most of its box.
 *
 * @param mask `rows * columns` values, 1 inside.
 */
export function solidRegions(
  mask: Uint8Array,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  reach: number,
): PixelBox[] {
  // Holes of soft tissue shown in white are filled up to the same reach first.
  const closed = spread(spread(mask, columns, rows, 2, 1), columns, rows, 2, 0);
  const opened = spread(spread(closed, columns, rows, reach, 0), columns, rows, reach, 1);
  const seen = new Uint8Array(opened.length);
  const boxes: PixelBox[] = [];
  for (let start = 0; start < opened.length; start++) {
    if (opened[start] === 0 || seen[start] === 1) continue;
    let [left, right, top, bottom, area] = [columns, 0, rows, 0, 0];
    const stack = [start];
    seen[start] = 1;
    while (stack.length > 0) {
      const at = stack.pop()!;
      const [x, y] = [at % columns, Math.floor(at / columns)];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y);
      area++;
      for (const next of [
        x > 0 ? at - 1 : -1,
        x < columns - 1 ? at + 1 : -1,
        at - columns,
        at + columns,
      ]) {
        if (next < 0 || next >= opened.length || seen[next] === 1 || opened[next] === 0) continue;
        seen[next] = 1;
        stack.push(next);
      }
    }
    const box = { left, top, columns: right - left + 1, rows: bottom - top + 1 };
    if (area > 0.5 * box.columns * box.rows) boxes.push(box);
  }
  return boxes;
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
