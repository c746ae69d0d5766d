import { mix32, SeededRandom } from '@groundglass/core';
import { fractalNoise } from '../raster/value-noise.js';
import {
  atLevel,
  between,
  numberAt,
  offset,
  smoothClosed,
  type Outline,
  type Point,
} from '../raster/outline.js';
import { lungLevels, mediastinumLevels } from './torso-outlines.js';

/** The patient's two sides. On the picture the right lung is on the left. */
export type Side = 'right' | 'left';

/** -1 to the patient's right, 1 to the left: the sign of x. */
export const sideSign = { right: -1, left: 1 } as const satisfies Record<Side, number>;

/** What differs between patients; lengths in mm. */
export interface BodyPlan {
  readonly seed: number;
  /** Distance from the lowest slice to the apex of the lungs. */
  readonly height: number;
  /** Scale of everything from side to side, and from front to back. */
  readonly wide: number;
  readonly deep: number;
  /** Subcutaneous fat at the side of the chest. */
  readonly fat: number;
  /** Breasts are drawn over the pectoral muscles. */
  readonly female: boolean;
  /** Hounsfield units of blood: about 42, or more with contrast medium. */
  readonly blood: number;
  /** Scale of the heart. */
  readonly heart: number;
  /** Height of the domes of the diaphragm. */
  readonly dome: Readonly<Record<Side, number>>;
  /** Offset of the positions of ribs and vertebrae. */
  readonly skeletonPhase: number;
}

/** Draws one patient. */
export function bodyPlan(seed: number): BodyPlan {
  const random = new SeededRandom(seed, 1);
  const height = random.uniform(215, 262);
  const dome = random.uniform(0.2, 0.27);
  return {
    // Textures add small numbers to it: neighbouring seeds must not share them.
    seed: mix32(seed),
    height,
    wide: random.uniform(0.93, 1.08),
    deep: random.uniform(0.92, 1.1),
    fat: random.uniform(7, 24),
    female: random.chance(0.45),
    blood: random.chance(0.3) ? random.uniform(130, 240) : random.uniform(38, 48),
    heart: random.uniform(0.94, 1.08),
    dome: { right: height * dome, left: height * (dome - random.uniform(0.04, 0.08)) },
    skeletonPhase: random.uniform(0, 24),
  };
}

/** Position along the lung's outline where the ribs run: from next to the sternum to next to the spine. */
export const ribArc = { first: 1, last: 12 } as const;

/** Share of the way from the lowest slice (0) to the apex of the lungs (1). */
export function levelOf(plan: BodyPlan, z: number): number {
  return z / plan.height;
}

/** The 16 points of a lung's outline at the height `z`, before smoothing; empty above the apex. */
export function lungPoints(plan: BodyPlan, side: Side, z: number): Point[] {
  const u = levelOf(plan, z);
  const sign = sideSign[side];
  // Real ribcages are never quite even: low waves of a few millimetres, the same along z.
  return atLevel<readonly Point[]>(lungLevels, u, between).map(([x, y], i): Point => {
    const wave = 2.4 * fractalNoise(plan.seed + 11, i * 0.7 + sign * 50, z / 60, 0, 1);
    return [sign * (x * plan.wide + wave), y * plan.deep + wave];
  });
}

/** Outline of the pleural space of one side; the mediastinum and the diaphragm are painted over it. */
export function lungOutline(plan: BodyPlan, side: Side, z: number): Outline | undefined {
  if (levelOf(plan, z) > 1) return undefined;
  return smoothClosed(lungPoints(plan, side, z));
}

/** Outline of the mediastinum, between the lungs. */
export function mediastinumOutline(plan: BodyPlan, z: number): Outline {
  return smoothClosed(mediastinumPoints(plan, z));
}

/** The 16 points of the mediastinum before smoothing, from the front midline round the patient's left. */
export function mediastinumPoints(plan: BodyPlan, z: number): Point[] {
  const u = levelOf(plan, z);
  const swell = numberAt(
    [
      [0.1, plan.heart],
      [0.5, plan.heart],
      [0.7, 1],
    ],
    u,
  );
  return atLevel<readonly Point[]>(mediastinumLevels, u, between).map(([x, y], i): Point => {
    const wave = 1.8 * fractalNoise(plan.seed + 12, i * 0.8, z / 25, 0, 1);
    const beside = i >= 7 && i <= 12; // the spine does not grow with the heart
    return [(beside ? x : x * swell) + wave, y * plan.deep];
  });
}

/** The chest wall's inner outline round both lungs, moved out by `distance` mm. */
export function ribcageOutline(plan: BodyPlan, z: number, distance: number): Outline {
  // Above the apex the wall keeps the shape from a little below it.
  const at = Math.min(z, 0.93 * plan.height);
  const arc = (side: Side) => lungPoints(plan, side, at).slice(ribArc.first, ribArc.last);
  const spine = vertebraCentre(plan, z)[1] + 24;
  const points: Point[] = [...arc('left'), [0, spine], ...arc('right').reverse()];
  return offset(smoothClosed(points), distance);
}

/** Centre of the vertebral body; the spine bends forwards towards the neck. */
export function vertebraCentre(plan: BodyPlan, z: number): Point {
  const y = numberAt(
    [
      [0, 63],
      [0.35, 69],
      [0.6, 66],
      [0.85, 52],
      [1, 44],
    ],
    levelOf(plan, z),
  );
  return [1.5 * fractalNoise(plan.seed + 13, 0, 0, z, 90), y * plan.deep];
}

/** Half width, half depth and centre of the whole body. */
export function bodySize(plan: BodyPlan, z: number): { centre: Point; rx: number; ry: number } {
  const u = levelOf(plan, z);
  const rx = numberAt(
    [
      [0, 150],
      [0.45, 150],
      [0.7, 158],
      [0.9, 168],
      [1, 172],
    ],
    u,
  );
  const front = numberAt(
    [
      [0, 100],
      [0.5, 105],
      [0.75, 92],
      [0.9, 68],
      [1, 58],
    ],
    u,
  );
  const back = numberAt(
    [
      [0, 120],
      [0.4, 126],
      [0.7, 122],
      [0.9, 110],
      [1, 104],
    ],
    u,
  );
  const ry = ((front + back) / 2) * plan.deep + plan.fat * 0.55;
  return { centre: [0, ((back - front) / 2) * plan.deep], rx: rx * plan.wide + plan.fat, ry };
}
