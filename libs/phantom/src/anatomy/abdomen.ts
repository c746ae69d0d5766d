import { ellipse, type Outline } from '../raster/outline.js';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { sliceNoise } from '../raster/value-noise.js';
import { sideSign, type BodyPlan, type Side } from './body-plan.js';
import { tissueHu } from './chest-wall.js';

/** Cross-section of a dome of the diaphragm; undefined above it. */
export function domeOutline(plan: BodyPlan, side: Side, z: number): Outline | undefined {
  const top = plan.dome[side];
  if (z >= top) return undefined;
  const q = (top - z) / (top + 6);
  const size = Math.sqrt(q * (2 - q));
  // The gap behind the dome stays open the longest: the costophrenic recess.
  return ellipse(
    [sideSign[side] * (side === 'right' ? 60 : 64) * plan.wide, -8 * plan.deep],
    66 * plan.wide * size,
    75 * plan.deep * size,
    [1, sideSign[side] * 0.22],
  );
}

/** Liver under the right dome; stomach with its bubble of air, spleen and fat under the left one. */
export function paintAbdomen(
  canvas: SliceCanvas,
  plan: BodyPlan,
  z: number,
  within: Float32Array,
): void {
  const noise = sliceNoise(plan.seed + 51, z, 7);
  const veins = sliceNoise(plan.seed + 52, z * 1.5, 34);
  const food = sliceNoise(plan.seed + 53, z, 6);
  const grain = (hu: number) => (x: number, y: number) => hu + 9 * noise(x, y);
  const right = domeOutline(plan, 'right', z);
  if (right) {
    canvas.fill(
      right,
      (x, y) => {
        const vein = Math.abs(veins(x, y));
        return grain(vein < 0.03 ? plan.blood - 6 : tissueHu.liver)(x, y);
      },
      { within },
    );
  }
  const left = domeOutline(plan, 'left', z);
  if (!left) return;
  canvas.fill(left, grain(tissueHu.fat + 8), { within });
  const inside = new Float32Array(canvas.hu.length);
  canvas.coverage(left, (i, covered) => (inside[i] = covered * within[i]!));
  const depth = plan.dome.left - z;
  const grow = Math.min(1, depth / 22);
  const { wide, deep } = plan;
  canvas.fill(
    ellipse([86 * wide, 36 * deep], 34 * grow, 22 * grow, [0.55, 1]),
    grain(tissueHu.spleen),
    { within: inside },
  );
  const stomach = ellipse([62 * wide, -22 * deep], 42 * grow, 36 * grow, [1, 0.3]);
  canvas.fill(stomach, grain(38), { within: inside });
  // The air in the stomach is in front, with a level surface.
  canvas.coverage(
    ellipse([62 * wide, -22 * deep], 38 * grow, 32 * grow, [1, 0.3]),
    (i, covered, x, y) => {
      const air = Math.min(1, Math.max(0, (-24 * deep - y) / canvas.grid.pixel + 0.5));
      const a = covered * inside[i]!;
      const meal = 22 + 12 * food(x, y);
      canvas.hu[i]! += a * (meal + air * (-960 - meal) - canvas.hu[i]!);
    },
  );
}
