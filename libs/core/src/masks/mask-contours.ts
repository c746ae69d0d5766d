import type { Point } from '../imaging/convex-hull.js';
import type { PictureSize } from '../imaging/resample.js';

/** A closed line around a region of a mask or around a hole in it. */
export interface Contour {
  /** Without repeating the first one at the end; clockwise on the screen around a region, the other way around a hole. */
  readonly points: readonly Point[];
  /** In pixels, of the polygon; a hole's counts negative, so that the sum over all contours is the area of the mask. */
  readonly area: number;
}

type Edge = 'top' | 'right' | 'bottom' | 'left';
type Segment = readonly [from: Edge, to: Edge];

/**
 * The segments of a cell of four pixel centres, by which of them are inside (1 top left, 2 top right, 4 bottom right,
 * 8 bottom left), each with the inside on its right. Cases 5 and 10 are ambiguous: here their corners are apart.
 */
const segmentsOfCase: readonly (readonly Segment[])[] = [
  [],
  [['top', 'left']],
  [['right', 'top']],
  [['right', 'left']],
  [['bottom', 'right']],
  [['top', 'left'], ['bottom', 'right']], // prettier-ignore
  [['bottom', 'top']],
  [['bottom', 'left']],
  [['left', 'bottom']],
  [['top', 'bottom']],
  [['right', 'top'], ['left', 'bottom']], // prettier-ignore
  [['right', 'bottom']],
  [['left', 'right']],
  [['top', 'right']],
  [['left', 'top']],
  [],
];
/** Cases 5 and 10 where the mean of the four is inside: their corners touch. */
const joinedSegments: Readonly<Record<number, readonly Segment[]>> = {
  5: [['top', 'right'], ['bottom', 'left']], // prettier-ignore
  10: [['left', 'top'], ['right', 'bottom']], // prettier-ignore
};

/**
 * The lines along which a mask crosses a threshold, by marching squares (Lorensen and Cline's marching cubes in two
 * dimensions): between two pixel centres the line lies where linear interpolation reaches the threshold. Beyond the picture the
 * mask is 0, so that every line is closed; the first pixel reaches from (0, 0) to (1, 1).
 *
 * A binary rectangle's line runs along its pixels' sides and cuts each corner by an eighth of a pixel.
 *
 * @param mask `rows * columns` values.
 */
export function maskContours(
  mask: Float32Array | Uint8Array,
  { columns, rows }: PictureSize,
  threshold = 0.5,
): Contour[] {
  // Pixel centres with one more on each side. An edge is named by its first end: twice its index, plus 1 if it goes down.
  const width = columns + 2;
  const valueAt = (x: number, y: number) =>
    x < 1 || y < 1 || x > columns || y > rows ? 0 : mask[(y - 1) * columns + x - 1]!;
  const next = new Int32Array(2 * width * (rows + 2)).fill(-1);
  for (let y = 0; y <= rows; y++) {
    for (let x = 0; x <= columns; x++) {
      const [tl, tr] = [valueAt(x, y), valueAt(x + 1, y)];
      const [bl, br] = [valueAt(x, y + 1), valueAt(x + 1, y + 1)];
      const corners =
        (tl >= threshold ? 1 : 0) |
        (tr >= threshold ? 2 : 0) |
        (br >= threshold ? 4 : 0) |
        (bl >= threshold ? 8 : 0);
      if (corners === 0 || corners === 15) continue;
      const joined = (tl + tr + bl + br) / 4 >= threshold ? joinedSegments[corners] : undefined;
      const at = y * width + x;
      const edges = { top: 2 * at, left: 2 * at + 1, bottom: 2 * (at + width), right: 2 * at + 3 };
      for (const [from, to] of joined ?? segmentsOfCase[corners]!) next[edges[from]] = edges[to];
    }
  }
  const crossing = (edge: number): Point => {
    const at = edge >> 1;
    const x = at % width;
    const y = (at - x) / width;
    const [dx, dy] = edge % 2 === 1 ? [0, 1] : [1, 0];
    const value = valueAt(x, y);
    const share = (threshold - value) / (valueAt(x + dx, y + dy) - value);
    // The centre of the extra column lies at -0.5; a line beyond the picture is drawn on its border.
    return [clamp(x - 0.5 + dx * share, columns), clamp(y - 0.5 + dy * share, rows)];
  };
  const contours: Contour[] = [];
  for (let start = 0; start < next.length; start++) {
    if (next[start]! < 0) continue;
    const points: Point[] = [];
    for (let edge = start; next[edge]! >= 0;) {
      points.push(crossing(edge));
      const following = next[edge]!;
      next[edge] = -1;
      edge = following;
    }
    contours.push({ points, area: polygonArea(points) });
  }
  return contours;
}

/** The area of a polygon by the shoelace formula: positive when it runs clockwise on the screen, whose y grows downwards. */
function polygonArea(points: readonly Point[]): number {
  let twice = 0;
  points.forEach(([ax, ay], i) => {
    const [bx, by] = points[(i + 1) % points.length]!;
    twice += ax * by - bx * ay;
  });
  return twice / 2;
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
