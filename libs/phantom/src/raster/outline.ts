import { unitCircle } from './circle.js';

/** A point in the slice: x to the patient's left, y to the back, in mm. */
export type Point = readonly [x: number, y: number];

/** A closed curve in a slice, as a polygon. */
export type Outline = readonly Point[];

/** An ellipse; `tilt` is the direction of its first axis (any length). */
export function ellipse(
  [cx, cy]: Point,
  rx: number,
  ry: number,
  [tx, ty]: Point = [1, 0],
): Outline {
  const length = Math.sqrt(tx * tx + ty * ty);
  const c = tx / length;
  const s = ty / length;
  return unitCircle.map(([x, y]) => [cx + x * rx * c - y * ry * s, cy + x * rx * s + y * ry * c]);
}

/** A rounded box between an ellipse and a rectangle, `|x|^4 + |y|^4 = 1` stretched: the body's cross-section. */
export function roundedBox([cx, cy]: Point, rx: number, ry: number): Outline {
  return unitCircle.map(([x, y]) => {
    const q = Math.sqrt(Math.sqrt(x * x * x * x + y * y * y * y));
    // Half way between the circle (q = 1) and the squircle.
    const r = 0.5 + 0.5 / q;
    return [cx + x * r * rx, cy + y * r * ry];
  });
}

/** A smooth closed curve through the points (Catmull–Rom), `steps` points from each to the next. */
export function smoothClosed(points: readonly Point[], steps = 6): Outline {
  const n = points.length;
  return points.flatMap((_, i) => {
    const [p0, p1, p2, p3] = [-1, 0, 1, 2].map((k) => points[(i + k + n) % n]!) as [
      Point,
      Point,
      Point,
      Point,
    ];
    return Array.from({ length: steps }, (__, k): Point => {
      const t = k / steps;
      const blend = (a: number, b: number, c: number, d: number) =>
        0.5 *
        (2 * b +
          (c - a) * t +
          (2 * a - 5 * b + 4 * c - d) * t * t +
          (3 * b - a - 3 * c + d) * t * t * t);
      return [blend(p0[0], p1[0], p2[0], p3[0]), blend(p0[1], p1[1], p2[1], p3[1])];
    });
  });
}

/** Moves every point along the outward normal by `distance` mm (inwards if negative). */
export function offset(
  outline: Outline,
  distance: number | ((point: Point, i: number) => number),
): Outline {
  const n = outline.length;
  const sign = signedArea(outline) > 0 ? 1 : -1;
  return outline.map((point, i) => {
    const [ax, ay] = outline[(i + n - 1) % n]!;
    const [bx, by] = outline[(i + 1) % n]!;
    const dx = bx - ax;
    const dy = by - ay;
    const length = Math.sqrt(dx * dx + dy * dy) || 1;
    const by_ = sign * (typeof distance === 'number' ? distance : distance(point, i));
    return [point[0] + (dy / length) * by_, point[1] - (dx / length) * by_];
  });
}

/** Interpolates between two outlines of the same length: `a` at 0, `b` at 1. */
export function between(a: readonly Point[], b: readonly Point[], t: number): Point[] {
  return a.map(([x, y], i) => [x + (b[i]![0] - x) * t, y + (b[i]![1] - y) * t]);
}

/** Twice the area, positive if the points run counter-clockwise with y up. */
function signedArea(outline: Outline): number {
  let sum = 0;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    sum += outline[j]![0] * outline[i]![1] - outline[i]![0] * outline[j]![1];
  }
  return sum;
}

/** Whether the point is inside, by the even-odd rule. */
export function contains(outline: Outline, x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [ax, ay] = outline[i]!;
    const [bx, by] = outline[j]!;
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Interpolates between values given at rising levels; constant beyond the ends. */
export function atLevel<T>(
  levels: readonly (readonly [level: number, value: T])[],
  u: number,
  blend: (a: T, b: T, t: number) => T,
): T {
  const next = levels.findIndex(([level]) => level >= u);
  if (next === 0) return levels[0]![1];
  if (next < 0) return levels.at(-1)![1];
  const [low, a] = levels[next - 1]!;
  const [high, b] = levels[next]!;
  return blend(a, b, (u - low) / (high - low));
}

/** {@link atLevel} for numbers. */
export function numberAt(levels: readonly (readonly [number, number])[], u: number): number {
  return atLevel(levels, u, (a, b, t) => a + (b - a) * t);
}
