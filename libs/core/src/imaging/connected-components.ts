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
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0 || labels[start] !== 0) continue;
    const label = components.length + 1;
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
      const fromX = x > 0 ? x - 1 : 0;
      const toX = x < columns - 1 ? x + 1 : x;
      const toY = y < rows - 1 ? y + 1 : y;
      for (let ny = y > 0 ? y - 1 : 0; ny <= toY; ny++) {
        for (let nx = fromX; nx <= toX; nx++) {
          if (connectivity === 4 && nx !== x && ny !== y) continue;
          const next = ny * columns + nx;
          if (mask[next] !== 0 && labels[next] === 0) {
            labels[next] = label;
            stack[depth++] = next;
          }
        }
      }
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
