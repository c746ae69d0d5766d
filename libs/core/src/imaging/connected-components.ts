import type { PictureSize } from './resample.js';

/** One connected region of a binary mask. */
export interface Component {
  /** Its number in `labels`, from 1. */
  readonly label: number;
  /** Pixels. */
  readonly area: number;
  /** The smallest box around it, in whole pixels. */
  readonly left: number;
  readonly top: number;
  readonly columns: number;
  readonly rows: number;
  /** How many of its pixels lie on the picture's border. */
  readonly borderPixels: number;
}

/** The regions of a mask. */
export interface Components {
  /** `rows * columns` numbers: 0 outside, else the label of the region. */
  readonly labels: Int32Array;
  /** In the order in which a scan from the top left corner meets them; `components[i].label` is `i + 1`. */
  readonly components: readonly Component[];
}

/**
 * Finds the connected regions of a binary mask by flood fill.
 *
 * @param mask `rows * columns` values, inside where not 0.
 * @param connectivity 4: neighbours share a side, 8: or a corner.
 */
export function connectedComponents(
  mask: Uint8Array,
  { columns, rows }: PictureSize,
  connectivity: 4 | 8 = 4,
): Components {
  const labels = new Int32Array(mask.length);
  const components: Component[] = [];
  // Each pixel enters the stack once at most, as it is labelled when it enters.
  const stack = new Int32Array(mask.length);
  let label = 0;
  const visit = (at: number, depth: number): number => {
    if (mask[at] === 0 || labels[at] !== 0) return depth;
    labels[at] = label;
    stack[depth] = at;
    return depth + 1;
  };
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    label++;
    let [left, right, top, bottom, area, borderPixels, depth] = [columns, 0, rows, 0, 0, 0, 1];
    stack[0] = start;
    labels[start] = label;
    while (depth > 0) {
      const at = stack[--depth]!;
      const x = at % columns;
      const y = (at - x) / columns;
      area++;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      if (y > bottom) bottom = y;
      if (x === 0 || y === 0 || x === columns - 1 || y === rows - 1) borderPixels++;
      // Written out, since this is where the time of a lung mask went.
      const [west, east] = [x > 0, x < columns - 1];
      const [north, south] = [y > 0, y < rows - 1];
      if (west) depth = visit(at - 1, depth);
      if (east) depth = visit(at + 1, depth);
      if (north) depth = visit(at - columns, depth);
      if (south) depth = visit(at + columns, depth);
      if (connectivity === 4) continue;
      if (north && west) depth = visit(at - columns - 1, depth);
      if (north && east) depth = visit(at - columns + 1, depth);
      if (south && west) depth = visit(at + columns - 1, depth);
      if (south && east) depth = visit(at + columns + 1, depth);
    }
    components.push({
      label,
      area,
      left,
      top,
      columns: right - left + 1,
      rows: bottom - top + 1,
      borderPixels,
    });
  }
  return { labels, components };
}
