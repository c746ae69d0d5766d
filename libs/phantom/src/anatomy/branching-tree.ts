import { SeededRandom } from '@groundglass/core';
import type { SliceCanvas } from '../raster/slice-canvas.js';

/** A point in the patient, in mm: x to the left, y to the back, z to the head. */
export type Place = readonly [x: number, y: number, z: number];

/** A straight piece of a vessel or airway. */
export interface TreeSegment {
  readonly from: Place;
  readonly to: Place;
  readonly radius: number;
  /** How many of the tree's ends are beyond it. */
  readonly ends: number;
}

/**
 * A tree that fills a space from its root: the end points are repeatedly split in two across their longest direction,
 * and each branch runs part of the way to the middle of what it supplies. Radii follow Murray's law with the exponent
 * 8/3 (`radius ~ ends^(3/8)`, which square roots give exactly).
 */
export function branchingTree(
  root: Place,
  ends: readonly Place[],
  { tip, seed, shrink = 1 }: { tip: number; seed: number; shrink?: number },
): TreeSegment[] {
  const random = new SeededRandom(seed, 5);
  const segments: TreeSegment[] = [];
  const grow = (start: Place, points: readonly Place[]) => {
    if (points.length === 0) return;
    const single = points.length === 1;
    const middle = mean(points);
    const reach = single ? 1 : points.length > 40 ? 0.42 : 0.5;
    const goal: Place = single ? points[0]! : lerp(start, middle, reach);
    const root8 = Math.sqrt(Math.sqrt(Math.sqrt(points.length)));
    const radius = tip * root8 * root8 * root8 * shrink;
    // A gentle bend, so that branches are not straight sticks.
    const length = distance(start, goal);
    const bend = (): number => random.uniform(-0.05, 0.05) * length;
    const elbow: Place = [
      (start[0] + goal[0]) / 2 + bend(),
      (start[1] + goal[1]) / 2 + bend(),
      (start[2] + goal[2]) / 2 + bend(),
    ];
    segments.push({ from: start, to: elbow, radius, ends: points.length });
    segments.push({ from: elbow, to: goal, radius: radius * 0.94, ends: points.length });
    if (single) return;
    const axis = longestAxis(points);
    const sorted = [...points].sort((a, b) => a[axis] - b[axis]);
    const cut = Math.min(
      sorted.length - 1,
      Math.max(1, Math.round(sorted.length * random.uniform(0.32, 0.68))),
    );
    grow(goal, sorted.slice(0, cut));
    grow(goal, sorted.slice(cut));
  };
  grow(root, ends);
  return segments;
}

/**
 * The segments that a slab of the given thickness cuts, as rods seen from above. A rod thinner than the slab is proportionally
 * fainter: partial volume.
 */
export function paintTree(
  canvas: SliceCanvas,
  segments: readonly TreeSegment[],
  z: number,
  thickness: number,
  paint: (
    segment: TreeSegment,
    a: readonly [number, number],
    b: readonly [number, number],
    opacity: number,
  ) => void,
): void {
  const low = z - thickness / 2;
  const high = z + thickness / 2;
  for (const segment of segments) {
    const { from, to, radius } = segment;
    const bottom = Math.min(from[2], to[2]);
    const top = Math.max(from[2], to[2]);
    if (top + radius < low || bottom - radius > high) continue;
    const dz = to[2] - from[2];
    const at = (level: number) => (dz === 0 ? 0 : Math.min(1, Math.max(0, (level - from[2]) / dz)));
    const [t0, t1] =
      dz === 0 ? [0, 1] : ([at(low), at(high)].sort((a, b) => a - b) as [number, number]);
    const a = lerp(from, to, t0);
    const b = lerp(from, to, t1);
    const span = Math.min(top + radius, high) - Math.max(bottom - radius, low);
    paint(segment, [a[0], a[1]], [b[0], b[1]], Math.min(1, Math.max(0, span / thickness)));
  }
}

function mean(points: readonly Place[]): Place {
  const sum = [0, 0, 0];
  for (const point of points) for (let i = 0; i < 3; i++) sum[i]! += point[i]!;
  return [sum[0]! / points.length, sum[1]! / points.length, sum[2]! / points.length];
}

function lerp(a: Place, b: Place, t: number): Place {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function distance(a: Place, b: Place): number {
  const d = [a[0] - b[0], a[1] - b[1], a[2] - b[2]] as const;
  return Math.sqrt(d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
}

function longestAxis(points: readonly Place[]): 0 | 1 | 2 {
  const spread = ([0, 1, 2] as const).map((axis) => {
    let low = Infinity;
    let high = -Infinity;
    for (const point of points) {
      low = Math.min(low, point[axis]);
      high = Math.max(high, point[axis]);
    }
    return high - low;
  });
  if (spread[0]! >= spread[1]! && spread[0]! >= spread[2]!) return 0;
  return spread[1]! >= spread[2]! ? 1 : 2;
}
