import type { PictureSize } from './resample.js';

/** A point of the picture plane: the first pixel reaches from (0, 0) to (1, 1), its centre is (0.5, 0.5). */
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

/**
 * The convex hull of a mask: all pixels whose centres lie in the hull of the mask's pixels, taken as squares.
 *
 * @param mask `rows * columns` values, inside where not 0.
 * @returns 1 inside of the hull, 0 outside.
 */
export function hullMask(mask: Uint8Array, { columns, rows }: PictureSize): Uint8Array {
  const corners: Point[] = [];
  for (let row = 0; row < rows; row++) {
    const line = mask.subarray(row * columns, (row + 1) * columns);
    const first = line.findIndex((value) => value !== 0);
    if (first < 0) continue;
    const end = line.findLastIndex((value) => value !== 0) + 1;
    corners.push([first, row], [end, row], [first, row + 1], [end, row + 1]);
  }
  const hull = convexHull(corners);
  const result = new Uint8Array(mask.length);
  for (let row = 0; row < rows; row++) {
    const [from, to] = spanAt(hull, row + 0.5);
    // The centre of column c is c + 0.5; the tolerance keeps centres on the hull's sides in.
    const first = Math.max(0, Math.ceil(from - 0.5 - 1e-9));
    const end = Math.min(columns, Math.floor(to - 0.5 + 1e-9) + 1);
    if (end > first) result.fill(1, row * columns + first, row * columns + end);
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

/** Where a horizontal line cuts a convex polygon; an empty span (from > to) where it does not. */
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
