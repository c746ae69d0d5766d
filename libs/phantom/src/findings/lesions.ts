import { lungPoints, sideSign, type BodyPlan, type Side } from '../anatomy/body-plan.js';
import type { Place } from '../anatomy/branching-tree.js';
import { lungProbe } from '../anatomy/lungs.js';
import { SeededRandom } from '@groundglass/core';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { sliceNoise, type SliceNoise } from '../raster/value-noise.js';

/** Values of the lesion mask; as in the COVID-Seg data set's class masks. */
export const lesionClass = { none: 0, groundGlass: 1, consolidation: 2 } as const;

/** One lesion: an ellipsoid with a ragged edge, cut to the lung. */
export interface Lesion {
  readonly kind: 'ground-glass' | 'consolidation';
  /** Middle, in mm: x to the left, y to the back, z to the head from the lowest slice. */
  readonly centre: Place;
  /** Half axes in mm: along the pleura, across it, along z. */
  readonly radii: Place;
  /** Direction of the first axis in the slice; of any length. */
  readonly along: readonly [number, number];
}

/** Lesions as in COVID-19 pneumonia: both lungs, at the pleura, more of them low and at the back. */
export function covidLesions(plan: BodyPlan): Lesion[] {
  const random = new SeededRandom(plan.seed, 7);
  const severity = random.uniform(0, 1);
  const lesions: Lesion[] = [];
  for (const side of ['right', 'left'] as const) {
    const count = 3 + Math.round(random.uniform(0, 1 + 4 * severity));
    for (let i = 0; i < count; i++) lesions.push(subpleuralLesion(plan, side, severity, random));
  }
  return lesions;
}

function subpleuralLesion(
  plan: BodyPlan,
  side: Side,
  severity: number,
  random: SeededRandom,
): Lesion {
  const inLung = lungProbe(plan, side, 3);
  for (let tries = 0; ; tries++) {
    const z = plan.height * random.uniform(0.14, 0.74);
    const points = lungPoints(plan, side, z);
    // Two thirds at the back (points 8 to 12), the others at the side and in front.
    const i = random.chance(0.68) ? random.integer(8, 11) : random.integer(3, 8);
    const [x, y] = points[i]!;
    const [ax, ay] = points[i - 1]!;
    const [bx, by] = points[i + 1]!;
    const length = Math.sqrt((bx - ax) * (bx - ax) + (by - ay) * (by - ay)) || 1;
    const along = [(bx - ax) / length, (by - ay) / length] as const;
    const inward = random.uniform(3, 15);
    const sign = sideSign[side];
    const centre: Place = [x - sign * along[1] * inward, y + sign * along[0] * inward, z];
    if (!inLung(centre) && tries < 40) continue;
    const size = 0.75 + 0.7 * severity;
    const radii: Place = [
      random.uniform(18, 40) * size,
      random.uniform(10, 19) * size,
      random.uniform(15, 30) * size,
    ];
    const kind = random.chance(0.12 + 0.3 * severity) ? 'consolidation' : 'ground-glass';
    return { kind, centre, radii, along };
  }
}

interface EdgedLesion {
  readonly lesion: Lesion;
  readonly edge: SliceNoise;
}

/** Amount of a lesion at a point, from 1 in its middle to 0: noise makes its edge ragged. */
function strength(
  { centre, radii, along }: Lesion,
  edge: SliceNoise,
  x: number,
  y: number,
  z: number,
): number {
  const dx = x - centre[0];
  const dy = y - centre[1];
  const a = (dx * along[0] + dy * along[1]) / radii[0];
  const b = (dy * along[0] - dx * along[1]) / radii[1];
  const c = (z - centre[2]) / radii[2];
  const q = a * a + b * b + c * c;
  if (q > 2.6) return 0;
  return 1 - q + 1.05 * edge(x, y);
}

function ramp(value: number, from: number, to: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/**
 * Shares of ground-glass and consolidation at a point. Consolidation has a rim of ground-glass. The mask includes the points where a
 * share is at least a half.
 */
function shares(
  lesions: readonly EdgedLesion[],
  x: number,
  y: number,
  z: number,
): [number, number] {
  let glass = 0;
  let dense = 0;
  for (const { lesion, edge } of lesions) {
    const s = strength(lesion, edge, x, y, z);
    if (s <= 0) continue;
    glass = Math.max(glass, ramp(s, 0, 0.42));
    if (lesion.kind === 'consolidation') dense = Math.max(dense, ramp(s, 0.4, 0.62));
  }
  return [glass, dense];
}

/** Lesion shares over one slice, computed once and used before and after the vessels are painted. */
export class LesionSlice {
  readonly #glass: Float32Array;
  readonly #dense: Float32Array;
  readonly #plan: BodyPlan;
  readonly #z: number;

  constructor(canvas: SliceCanvas, plan: BodyPlan, lesions: readonly Lesion[], z: number) {
    this.#plan = plan;
    this.#z = z;
    const { columns, rows, pixel, origin } = canvas.grid;
    this.#glass = new Float32Array(columns * rows);
    this.#dense = new Float32Array(columns * rows);
    // Each lesion keeps its own edge from slice to slice.
    const near = lesions
      .map((lesion, i) => ({ lesion, edge: sliceNoise(plan.seed + 100 + 2 * i, z, 12) }))
      .filter(({ lesion }) => Math.abs(z - lesion.centre[2]) < lesion.radii[2] * 1.62);
    if (near.length === 0) return;
    for (let i = 0; i < this.#glass.length; i++) {
      if (canvas.lung[i]! <= 0) continue;
      const x = origin[0] + (i % columns) * pixel;
      const y = origin[1] + Math.floor(i / columns) * pixel;
      const [glass, dense] = shares(near, x, y, z);
      this.#glass[i] = glass;
      this.#dense[i] = dense;
    }
  }

  /** Ground-glass: the lung is denser, its vessels still show. Painted before the vessels. */
  paintGroundGlass(canvas: SliceCanvas): void {
    const grain = sliceNoise(this.#plan.seed + 90, this.#z, 5);
    this.#blend(canvas, this.#glass, (x, y) => -575 + 95 * grain(x, y));
  }

  /** Consolidation hides the vessels; only the air in the bronchi shows. Painted between vessels and bronchi. */
  paintConsolidation(canvas: SliceCanvas): void {
    const grain = sliceNoise(this.#plan.seed + 91, this.#z, 7);
    this.#blend(canvas, this.#dense, (x, y) => 5 + 45 * grain(x, y));
  }

  /** The exact mask, by {@link lesionClass}: at least half of the pixel is lung, and at least half of that is lesion. */
  mask(canvas: SliceCanvas): Uint8Array {
    const mask = new Uint8Array(canvas.lung.length);
    for (let i = 0; i < mask.length; i++) {
      if (canvas.lung[i]! < 0.5) continue;
      if (this.#dense[i]! >= 0.5) mask[i] = lesionClass.consolidation;
      else if (this.#glass[i]! >= 0.5) mask[i] = lesionClass.groundGlass;
    }
    return mask;
  }

  #blend(canvas: SliceCanvas, share: Float32Array, hu: (x: number, y: number) => number): void {
    const { columns, pixel, origin } = canvas.grid;
    for (let i = 0; i < share.length; i++) {
      const a = share[i]! * canvas.lung[i]!;
      if (a <= 0) continue;
      const value = hu(
        origin[0] + (i % columns) * pixel,
        origin[1] + Math.floor(i / columns) * pixel,
      );
      canvas.hu[i]! += a * (value - canvas.hu[i]!);
    }
  }
}
