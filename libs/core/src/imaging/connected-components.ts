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
 * Finds the connected regions of a binary mask: runs of pixels along the rows, joined where they touch a run of the row above
 * (union-find over runs). A lung mask looks for regions four times; over runs that is a tenth of what it costs pixel by pixel.
 *
 * @param mask `rows * columns` values, inside where not 0.
 * @param connectivity 4: neighbours share a side, 8: or a corner.
 */
export function connectedComponents(
  mask: Uint8Array,
  { columns, rows }: PictureSize,
  connectivity: 4 | 8 = 4,
): Components {
  const runs = findRuns(mask, { columns, rows }, connectivity === 8 ? 1 : 0);
  const labels = new Int32Array(mask.length);
  const components: { -readonly [K in keyof Component]: Component[K] }[] = [];
  const labelOf = new Int32Array(runs.count);
  for (let run = 0; run < runs.count; run++) {
    const [start, end] = [runs.start[run]!, runs.end[run]!];
    const top = Math.floor(start / columns);
    const [left, right, area] = [start - top * columns, end - top * columns, end - start];
    const root = rootOf(runs.parent, run);
    // The root is the region's first run, so labels come in the order of a scan.
    const label = (labelOf[root] ||= components.length + 1);
    labels.fill(label, start, end);
    const onBorder =
      top === 0 || top === rows - 1
        ? area
        : Math.min(area, (left === 0 ? 1 : 0) + (right === columns ? 1 : 0));
    const known = components[label - 1];
    if (!known) {
      const size = { columns: right - left, rows: 1 };
      components.push({ label, area, left, top, ...size, borderPixels: onBorder });
      continue;
    }
    const farRight = Math.max(known.left + known.columns, right);
    known.left = Math.min(known.left, left);
    known.columns = farRight - known.left;
    known.rows = top - known.top + 1;
    known.area += area;
    known.borderPixels += onBorder;
  }
  return { labels, components };
}

/** Stretches of a row that are inside the mask, as indices of pixels; `end` is the first one behind. */
interface Runs {
  readonly count: number;
  readonly start: Int32Array;
  readonly end: Int32Array;
  /** An earlier run of the same region, or the run itself where it is the first. */
  readonly parent: Int32Array;
}

/** @param corners 1 where runs that share a corner touch, else 0. */
function findRuns(mask: Uint8Array, { columns, rows }: PictureSize, corners: 0 | 1): Runs {
  const most = Math.ceil(columns / 2) * rows;
  const start = new Int32Array(most);
  const end = new Int32Array(most);
  const parent = new Int32Array(most);
  let count = 0;
  // The runs of the row above, `above` being the first that can still touch.
  let [above, aboveEnd] = [0, 0];
  for (let row = 0; row < rows; row++) {
    const first = count;
    const rowEnd = (row + 1) * columns;
    for (let at = row * columns; at < rowEnd; at++) {
      if (mask[at] === 0) continue;
      const from = at;
      do at++;
      while (at < rowEnd && mask[at] !== 0);
      start[count] = from;
      end[count] = at;
      parent[count] = count;
      const [low, high] = [from - columns - corners, at - columns + corners];
      while (above < aboveEnd && end[above]! <= low) above++;
      for (let touching = above; touching < aboveEnd && start[touching]! < high; touching++) {
        join(parent, touching, count);
      }
      count++;
    }
    [above, aboveEnd] = [first, count];
  }
  return { count, start, end, parent };
}

function join(parent: Int32Array, a: number, b: number): void {
  const [rootA, rootB] = [rootOf(parent, a), rootOf(parent, b)];
  if (rootA < rootB) parent[rootB] = rootA;
  else parent[rootA] = rootB;
}

function rootOf(parent: Int32Array, run: number): number {
  let root = run;
  while (parent[root] !== root) {
    // Halves the way for the next time.
    parent[root] = parent[parent[root]!]!;
    root = parent[root]!;
  }
  return root;
}
