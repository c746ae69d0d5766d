import { lungPoints, sideSign, type BodyPlan, type Side } from '../anatomy/body-plan.js';
import type { Place } from '../anatomy/branching-tree.js';
import { tissueHu } from '../anatomy/chest-wall.js';
import { lungProbe } from '../anatomy/lungs.js';
import { SeededRandom } from '@groundglass/core';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { sliceNoise } from '../raster/value-noise.js';

/**
 * Findings that are not COVID-19, so that "any density" does not tell the classes apart: a solid nodule, emphysema, fluid in
 * the pleural space, and the lung's own weight on its back (dependent density), which patients of both classes have.
 */
export type Distractor =
  | { readonly kind: 'nodule'; readonly centre: Place; readonly radius: number }
  | { readonly kind: 'emphysema'; readonly amount: number }
  | { readonly kind: 'effusion'; readonly side: Side; readonly depth: number }
  | { readonly kind: 'dependent-density'; readonly depth: number };

/** Draws a patient's findings other than COVID-19; those with COVID-19 have fewer of them. */
export function drawDistractors(plan: BodyPlan, covid: boolean): Distractor[] {
  const random = new SeededRandom(plan.seed, 8);
  const found: Distractor[] = [];
  const share = covid ? 0.4 : 1;
  const nodules = random.chance(0.3 * share) ? random.integer(1, 2) : 0;
  for (let i = 0; i < nodules; i++) {
    const centre = placeInLung(plan, random);
    if (centre) found.push({ kind: 'nodule', centre, radius: random.uniform(3.5, 11) });
  }
  if (random.chance(0.25 * share))
    found.push({ kind: 'emphysema', amount: random.uniform(0.3, 1) });
  if (random.chance(0.22 * share)) {
    const side = random.chance(0.5) ? 'left' : 'right';
    found.push({ kind: 'effusion', side, depth: random.uniform(8, 34) });
  }
  if (random.chance(0.5)) found.push({ kind: 'dependent-density', depth: random.uniform(7, 18) });
  return found;
}

function placeInLung(plan: BodyPlan, random: SeededRandom): Place | undefined {
  const side = random.chance(0.5) ? 'left' : 'right';
  const inLung = lungProbe(plan, side, 8);
  for (let tries = 0; tries < 200; tries++) {
    const place: Place = [
      sideSign[side] * random.uniform(12, 120) * plan.wide,
      random.uniform(-80, 85) * plan.deep,
      random.uniform(0.15, 0.85) * plan.height,
    ];
    if (inLung(place)) return place;
  }
  return undefined;
}

/** Changes the lung itself: holes of emphysema, and density at the back. Painted before the vessels. */
export function paintLungDistractors(
  canvas: SliceCanvas,
  plan: BodyPlan,
  found: readonly Distractor[],
  z: number,
): void {
  const { columns, pixel, origin } = canvas.grid;
  for (const finding of found) {
    if (finding.kind !== 'emphysema' && finding.kind !== 'dependent-density') continue;
    const holes = sliceNoise(plan.seed + 81, z, 9);
    const depths = sliceNoise(plan.seed + 82, z, 24);
    const upper = Math.min(1, Math.max(0, z / plan.height / 0.7));
    const backs = new Map<number, number>();
    for (let i = 0; i < canvas.lung.length; i++) {
      const share = canvas.lung[i]!;
      if (share <= 0) continue;
      const column = i % columns;
      const x = origin[0] + column * pixel;
      const y = origin[1] + Math.floor(i / columns) * pixel;
      if (finding.kind === 'emphysema') {
        const n = holes(x, y);
        const hole = Math.min(1, Math.max(0, (n - 0.52 + 0.42 * finding.amount * upper) * 7));
        canvas.hu[i]! += share * hole * (-972 - canvas.hu[i]!);
      } else {
        let back = backs.get(column);
        if (back === undefined) {
          back = lastLungRow(canvas, column) * pixel + origin[1];
          backs.set(column, back);
        }
        const depth = finding.depth * (1 + 0.4 * depths(x, 0));
        const t = 1 - (back - y) / depth;
        if (t > 0 && y > 25) canvas.hu[i]! += share * t * t * 0.5 * (-420 - canvas.hu[i]!);
      }
    }
  }
}

function lastLungRow(canvas: SliceCanvas, column: number): number {
  for (let row = canvas.grid.rows - 1; row >= 0; row--) {
    if (canvas.lung[row * canvas.grid.columns + column]! > 0.3) return row;
  }
  return -1;
}

/** Paints findings that replace the lung: nodules and fluid. */
export function paintSolidDistractors(
  canvas: SliceCanvas,
  plan: BodyPlan,
  found: readonly Distractor[],
  z: number,
): void {
  const { columns, pixel, origin } = canvas.grid;
  for (const finding of found) {
    if (finding.kind === 'effusion') paintEffusion(canvas, plan, finding, z);
    if (finding.kind !== 'nodule') continue;
    const { centre, radius } = finding;
    const dz = z - centre[2];
    if (Math.abs(dz) > radius * 1.4) continue;
    const edge = sliceNoise(plan.seed + 83, z, 5);
    for (let i = 0; i < canvas.lung.length; i++) {
      const x = origin[0] + (i % columns) * pixel;
      if (Math.abs(x - centre[0]) > radius * 1.5) continue;
      const y = origin[1] + Math.floor(i / columns) * pixel;
      const dx = x - centre[0];
      const dy = y - centre[1];
      const ragged = radius * (1 + 0.22 * edge(x, y));
      const away = Math.sqrt(dx * dx + dy * dy + dz * dz) - ragged;
      const a = Math.min(1, Math.max(0, 0.5 - away / Math.max(pixel, 1.2))) * canvas.lung[i]!;
      canvas.hu[i]! += a * (34 - canvas.hu[i]!);
    }
  }
}

function paintEffusion(
  canvas: SliceCanvas,
  plan: BodyPlan,
  { side, depth }: { side: Side; depth: number },
  z: number,
): void {
  const { columns, pixel, origin } = canvas.grid;
  const u = z / plan.height;
  // Fluid runs to the lowest place and is highest at the base.
  const level = depth * Math.max(0, 1 - u / 0.75);
  if (level < 1) return;
  const points = lungPoints(plan, side, z);
  const back = Math.max(...points.map(([, y]) => y));
  for (let i = 0; i < canvas.lung.length; i++) {
    const share = canvas.lung[i]!;
    if (share <= 0) continue;
    const x = origin[0] + (i % columns) * pixel;
    if (x * sideSign[side] < 0) continue;
    const y = origin[1] + Math.floor(i / columns) * pixel;
    // The surface climbs along the wall at the side: a crescent.
    const side01 = Math.max(0, Math.abs(x) / (plan.wide * 118) - 0.55) / 0.45;
    const rise = side01 * side01 * 26;
    const a = Math.min(1, Math.max(0, (y - (back - level - rise)) / pixel + 0.5)) * share;
    canvas.hu[i]! += a * (tissueHu.fluid - canvas.hu[i]!);
    canvas.lung[i]! *= 1 - a;
  }
}
