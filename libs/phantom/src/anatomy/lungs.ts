import { contains, offset, type Outline } from '../raster/outline.js';
import { SeededRandom } from '@groundglass/core';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { fractalNoise, sliceNoise } from '../raster/value-noise.js';
import { domeOutline } from './abdomen.js';
import {
  lungOutline,
  mediastinumOutline,
  sideSign,
  type BodyPlan,
  type Side,
} from './body-plan.js';
import { branchingTree, paintTree, type Place, type TreeSegment } from './branching-tree.js';

/** The lungs' vessels and airways. */
export interface LungTrees {
  readonly vessels: readonly TreeSegment[];
  readonly airways: readonly TreeSegment[];
}

/** Whether a point is in the aerated lung of a side, `margin` mm away from its borders. */
export function lungProbe(plan: BodyPlan, side: Side, margin: number): (place: Place) => boolean {
  const step = 3;
  const cache = new Map<number, { lung: Outline | undefined; outside: Outline[] }>();
  return ([x, y, z]) => {
    const key = Math.round(z / step);
    let shapes = cache.get(key);
    if (!shapes) {
      const lung = lungOutline(plan, side, key * step);
      const dome = domeOutline(plan, side, key * step - margin);
      shapes = {
        lung: lung && offset(lung, -margin),
        outside: [
          offset(mediastinumOutline(plan, key * step), margin),
          ...(dome ? [offset(dome, margin)] : []),
        ],
      };
      cache.set(key, shapes);
    }
    return (
      shapes.lung !== undefined &&
      contains(shapes.lung, x, y) &&
      !shapes.outside.some((outline) => contains(outline, x, y))
    );
  };
}

/** Grows arteries, veins and bronchi of both lungs from the hila. */
export function growLungTrees(plan: BodyPlan): LungTrees {
  const vessels: TreeSegment[] = [];
  const airways: TreeSegment[] = [];
  for (const side of ['right', 'left'] as const) {
    const sign = sideSign[side];
    const inLung = lungProbe(plan, side, 4.5);
    const scatter = (count: number, stream: number, inside = inLung): Place[] => {
      const random = new SeededRandom(plan.seed, 6, stream, sign);
      const places: Place[] = [];
      for (let tries = 0; places.length < count && tries < count * 80; tries++) {
        const place: Place = [
          sign * random.uniform(8, 128) * plan.wide,
          random.uniform(-84, 90) * plan.deep,
          random.uniform(0.01, 0.97) * plan.height,
        ];
        // Vessels end near the pleura more often than near the hilum, so that most of them run outwards.
        const [dx, dy] = [place[0] - sign * 38, place[1] - 14];
        const far = Math.sqrt(dx * dx + dy * dy) / 75;
        if (inside(place) && random.uniform() < 0.15 + far) places.push(place);
      }
      return places;
    };
    const hilum: Place = [sign * 36, 10 * plan.deep, 0.54 * plan.height];
    const atrium: Place = [sign * 38, 22 * plan.deep, 0.43 * plan.height];
    vessels.push(
      ...branchingTree(hilum, scatter(1000, 1), { tip: 0.44, seed: plan.seed * 4 + sign + 1 }),
      ...branchingTree(atrium, scatter(700, 2), {
        tip: 0.43,
        seed: plan.seed * 4 + sign + 2,
        shrink: 0.92,
      }),
    );
    const bronchi: Place = [sign * 39, 16 * plan.deep, 0.53 * plan.height];
    const deep = lungProbe(plan, side, 24);
    airways.push(
      ...branchingTree(bronchi, scatter(70, 3, deep), {
        tip: 0.95,
        seed: plan.seed * 4 + sign + 3,
      }),
    );
  }
  return { vessels, airways };
}

/** Hounsfield units of healthy lung: denser towards the back, where blood gathers in a patient lying down. */
function parenchyma(plan: BodyPlan, z: number): (x: number, y: number) => number {
  const lobules = sliceNoise(plan.seed + 61, z, 5);
  const patches = sliceNoise(plan.seed + 62, z, 28);
  const base = -862 + 22 * fractalNoise(plan.seed, 3.5, 0, 0, 1);
  return (x, y) => base + 0.28 * y + 13 * lobules(x, y) + 12 * patches(x, y);
}

/** Fills both pleural spaces with lung. */
export function paintParenchyma(canvas: SliceCanvas, plan: BodyPlan, z: number): void {
  const tissue = parenchyma(plan, z);
  for (const side of ['right', 'left'] as const) {
    const outline = lungOutline(plan, side, z);
    if (!outline) continue;
    const fissure = fissureAt(plan, side, z);
    canvas.fill(
      outline,
      (x, y) => tissue(x, y) + 95 * Math.max(0, 1 - Math.abs(y - fissure(x)) / 1.5),
      { lung: true },
    );
  }
}

/** Row (y) of the oblique fissure over x: it falls from high at the back to low in front. */
function fissureAt(plan: BodyPlan, side: Side, z: number): (x: number) => number {
  const u = z / plan.height;
  const sign = sideSign[side];
  const wave = sliceNoise(plan.seed + 63 + sign, z / 2, 30);
  return (x) => (-66 + 150 * (u - 0.06) - 0.0016 * x * x + 7 * wave(x, 0)) * plan.deep;
}

/** Vessels, where the slice cuts them. */
export function paintVessels(
  canvas: SliceCanvas,
  plan: BodyPlan,
  trees: LungTrees,
  z: number,
  thickness: number,
  within: Float32Array,
): void {
  paintTree(canvas, trees.vessels, z, thickness, ({ radius }, a, b, opacity) => {
    canvas.rod(a, b, radius, plan.blood - 4, { within, opacity: opacity * 0.95 });
  });
}

/** Bronchi: a thin wall and a lumen full of air. */
export function paintAirways(
  canvas: SliceCanvas,
  trees: LungTrees,
  z: number,
  thickness: number,
  within: Float32Array,
): void {
  paintTree(canvas, trees.airways, z, thickness, ({ radius }, a, b, opacity) => {
    canvas.rod(a, b, radius + 0.35 + 0.18 * radius, -60, { within, opacity: 0.75 * opacity });
  });
  paintTree(canvas, trees.airways, z, thickness, ({ radius }, a, b, opacity) => {
    canvas.rod(a, b, radius, -975, { within, opacity });
  });
}
