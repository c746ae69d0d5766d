import { emptyMask, nextInside, nextOutside, setRun, type BitMask } from './bit-mask.js';

/** A point of the picture plane: the first pixel covers (0, 0) to (1, 1), its centre is (0.5, 0.5). */
export type Point = readonly [x: number, y: number];

/**
 * The convex hull of points by Andrew's monotone chain (Information Processing Letters 9(5), 1979).
 *
 * @returns its corners, clockwise as seen on the screen (y grows downwards), without points along the sides.
 */
export function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort(([ax, ay], [bx, by]) => ax - bx || ay - by);
  const upper = chain(sorted);
  const lower = chain(sorted.reverse());
  // The two chains share their ends.
  return upper.length > 1 ? [...upper.slice(0, -1), ...lower.slice(0, -1)] : upper;
}

/** The convex hull of a mask: all pixels whose centres are in the hull of the mask's pixels, taken as squares. */
export function hullMask(mask: BitMask): BitMask {
  const { columns, rows } = mask.size;
  const corners: Point[] = [];
  for (let row = 0; row < rows; row++) {
    const first = nextInside(mask, row, 0);
    if (first < 0) continue;
    let end = first;
    for (let next = first; next >= 0; next = nextInside(mask, row, end)) {
      end = nextOutside(mask, row, next);
    }
    corners.push([first, row], [end, row], [first, row + 1], [end, row + 1]);
  }
  const hull = convexHull(corners);
  const result = emptyMask(mask.size);
  for (let row = 0; row < rows; row++) {
    const [from, to] = spanAt(hull, row + 0.5);
    // The centre of column c is c + 0.5; the tolerance includes centres on the hull's sides.
    const first = Math.max(0, Math.ceil(from - 0.5 - 1e-9));
    const end = Math.min(columns, Math.floor(to - 0.5 + 1e-9) + 1);
    setRun(result, row, first, end);
  }
  return result;
}

function chain(sorted: readonly Point[]): Point[] {
  const result: Point[] = [];
  for (const point of sorted) {
    while (result.length >= 2 && cross(result.at(-2)!, result.at(-1)!, point) <= 0) result.pop();
    if (result.length !== 1 || result[0]![0] !== point[0] || result[0]![1] !== point[1]) {
      result.push(point);
    }
  }
  return result;
}

function cross([ox, oy]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  return (ax - ox) * (by - oy) - (ay - oy) * (bx - ox);
}

/** Where a horizontal line cuts a convex polygon; an empty span (from > to) if it does not. */
function spanAt(polygon: readonly Point[], y: number): [from: number, to: number] {
  let from = Infinity;
  let to = -Infinity;
  polygon.forEach(([ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length]!;
    if (ay <= y === by <= y) return;
    const x = ax + ((y - ay) / (by - ay)) * (bx - ax);
    from = Math.min(from, x);
    to = Math.max(to, x);
  });
  return [from, to];
}
