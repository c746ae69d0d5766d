import { ellipse, numberAt, offset, type Outline, type Point } from '../raster/outline.js';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { sliceNoise, type SliceNoise } from '../raster/value-noise.js';
import { levelOf, lungPoints, ribArc, vertebraCentre, type BodyPlan } from './body-plan.js';
import { scapulaCentre, tissueHu } from './chest-wall.js';

const ribDistance = 25; // mm between neighbouring ribs, along the spine
const ribDrop = 88; // mm that a rib falls from the spine to its front end
const ribHalfHeight = 7.5;

/** Paints cortex of the given thickness and, inside it, marrow with the grain of spongy bone. */
type BonePainter = (outline: Outline, cortex: number, hu?: number) => void;

function bonePainter(canvas: SliceCanvas, plan: BodyPlan, z: number): BonePainter {
  const grain = sliceNoise(plan.seed + 31, z, 3.2);
  return (outline, cortex, hu = tissueHu.marrow) => {
    canvas.fill(outline, tissueHu.cortex);
    canvas.fill(offset(outline, -cortex), (x, y) => hu + 75 * grain(x, y));
  };
}

/** The ribs: arcs that fall from the spine to the front, so that each slice cuts several of them, one after the other. */
export function paintRibs(canvas: SliceCanvas, plan: BodyPlan, z: number): void {
  const grain = sliceNoise(plan.seed + 33, z, 4);
  for (const side of ['right', 'left'] as const) {
    const points = lungPoints(plan, side, Math.min(z, plan.height * 0.955));
    for (let rib = -4; rib <= 14; rib++) {
      const cut = ribCut(plan, points, z, rib);
      if (cut.length >= 3) paintRibCut(canvas, grain, cut);
    }
  }
}

interface RibPoint {
  readonly at: Point;
  readonly half: number;
  /** 0 at the spine, 1 at the sternum. */
  readonly along: number;
}

/** Where rib number `rib` passes through the slice: centres and half thicknesses along the chest wall. */
function ribCut(plan: BodyPlan, points: readonly Point[], z: number, rib: number): RibPoint[] {
  const top = plan.skeletonPhase + rib * ribDistance + 40;
  if (top > plan.height * 1.33) return [];
  const steps = 90;
  const cut: RibPoint[] = [];
  for (let i = 0; i <= steps; i++) {
    const along = i / steps;
    const height = top - ribDrop * along * (1.75 - 0.75 * along);
    const away = (z - height) / ribHalfHeight;
    if (Math.abs(away) >= 1) continue;
    const place = ribArc.last - along * (ribArc.last - ribArc.first);
    const [at, normal] = onArc(points, place);
    const lift = 6.2 + (along < 0.06 ? (0.06 - along) * 90 : 0);
    cut.push({
      at: [at[0] + normal[0] * lift, at[1] + normal[1] * lift],
      half: 4.3 * Math.sqrt(1 - away * away),
      along,
    });
  }
  return cut;
}

/** A point of the closed curve at a fractional index, and its outward normal (Catmull–Rom and its derivative). */
function onArc(points: readonly Point[], place: number): [Point, Point] {
  const n = points.length;
  const i = Math.floor(place);
  const t = place - i;
  const p = [-1, 0, 1, 2].map((k) => points[(i + k + n) % n]!);
  const value = (axis: 0 | 1) => {
    const [a, b, c, d] = p.map((point) => point[axis]) as [number, number, number, number];
    const k2 = 2 * a - 5 * b + 4 * c - d;
    const k3 = 3 * b - a - 3 * c + d;
    return {
      at: 0.5 * (2 * b + (c - a) * t + k2 * t * t + k3 * t * t * t),
      slope: 0.5 * (c - a + 2 * k2 * t + 3 * k3 * t * t),
    };
  };
  const x = value(0);
  const y = value(1);
  const length = Math.sqrt(x.slope * x.slope + y.slope * y.slope) || 1;
  // The arc runs front → side → back; outward is the side of it away from the midline.
  const sign = points[6]![0] > 0 ? 1 : -1;
  return [
    [x.at, y.at],
    [(sign * y.slope) / length, (-sign * x.slope) / length],
  ];
}

function paintRibCut(canvas: SliceCanvas, grain: SliceNoise, cut: readonly RibPoint[]): void {
  const band = (points: readonly RibPoint[], shrink: number): Outline => {
    const sides: [Point[], Point[]] = [[], []];
    points.forEach((point, i) => {
      const before = points[Math.max(0, i - 1)]!.at;
      const after = points[Math.min(points.length - 1, i + 1)]!.at;
      const dx = after[0] - before[0];
      const dy = after[1] - before[1];
      const length = Math.sqrt(dx * dx + dy * dy) || 1;
      const half = Math.max(0.05, point.half - shrink);
      sides[0].push([point.at[0] + (dy / length) * half, point.at[1] - (dx / length) * half]);
      sides[1].push([point.at[0] - (dy / length) * half, point.at[1] + (dx / length) * half]);
    });
    return [...sides[0], ...sides[1].reverse()];
  };
  // The front fifth of a rib is cartilage.
  const cartilage = cut.filter(({ along }) => along >= 0.8);
  const bony = cut.filter(({ along }) => along < 0.82);
  if (cartilage.length > 2) {
    canvas.fill(band(cartilage, -0.6), (x, y) => tissueHu.cartilage + 40 * grain(x, y));
  }
  if (bony.length > 2) {
    canvas.fill(band(bony, 0), tissueHu.cortex);
    const core = bony.slice(1, -1).filter(({ half }) => half > 1.5);
    if (core.length > 2) {
      canvas.fill(band(core, 1.35), (x, y) => 170 + 80 * grain(x, y));
    }
  }
}

/** Breastbone, collar bones and shoulder blades. */
export function paintGirdle(canvas: SliceCanvas, plan: BodyPlan, z: number): void {
  const u = levelOf(plan, z);
  const bone = bonePainter(canvas, plan, z);
  if (u > 0.16 && u < 0.9) {
    const y =
      numberAt(
        [
          [0.16, -92],
          [0.5, -97],
          [0.75, -84],
          [0.9, -67],
        ],
        u,
      ) *
        plan.deep +
      2;
    const half = numberAt(
      [
        [0.16, 7],
        [0.25, 15],
        [0.6, 14],
        [0.72, 24],
        [0.86, 30],
        [0.9, 18],
      ],
      u,
    );
    bone(
      ellipse(
        [0, y],
        half,
        numberAt(
          [
            [0.2, 5],
            [0.8, 8],
          ],
          u,
        ),
      ),
      1.3,
      110,
    );
  }
  for (const sign of [-1, 1]) {
    if (u > 0.84) {
      // The collar bone rises to the side: the cut moves outwards with z.
      const out = (u - 0.84) / 0.16;
      const at: Point = [sign * (30 + 62 * out) * plan.wide, (-66 + 30 * out) * plan.deep];
      bone(ellipse(at, 21, 6, [1, sign * 0.42]), 1.7);
    }
    if (u > 0.45) {
      const at = scapulaCentre(plan, sign, z);
      const size = numberAt(
        [
          [0.45, 0.25],
          [0.55, 0.7],
          [0.8, 1],
        ],
        u,
      );
      const along: Point = [1, sign * -0.75];
      bone(ellipse(at, 38 * size, 3.4, along), 1.5, 320);
      bone(ellipse([at[0] + sign * 31 * size, at[1] - 24 * size], 9 * size, 5.5, along), 1.5, 260);
      if (u > 0.78) {
        // Its spine, behind.
        bone(ellipse([at[0] + sign * 8, at[1] + 13], 17, 3, [1, sign * -0.15]), 1.4, 300);
      }
    }
  }
}

/** A thoracic vertebra with arch, processes and canal; discs between the bodies. */
export function paintSpine(canvas: SliceCanvas, plan: BodyPlan, z: number): void {
  const [cx, cy] = vertebraCentre(plan, z);
  const size = numberAt(
    [
      [0, 1.06],
      [0.5, 0.95],
      [1, 0.84],
    ],
    levelOf(plan, z),
  );
  const phase = (((z + plan.skeletonPhase) % ribDistance) + ribDistance) % ribDistance;
  const level = phase / ribDistance; // 0 to 0.22: disc, then the body from below to above
  const s = (dx: number, dy: number): Point => [cx + dx * size, cy + dy * size];
  const bone = bonePainter(canvas, plan, z);
  // Soft tissue round the spine.
  canvas.fill(ellipse(s(0, 10), 27 * size, 25 * size), tissueHu.muscle - 8);
  const body = ellipse(s(0, 0), 17.5 * size, 14.5 * size).map(([x, y]): Point => {
    const back = y - cy > 8 * size ? (y - cy - 8 * size) * 0.55 : 0;
    return [x, y - back];
  });
  if (level < 0.2) {
    canvas.fill(body, 88);
  } else {
    const plate = Math.min(level - 0.2, 1 - level) < 0.09;
    bone(body, plate ? 3 : 1.3, plate ? 380 : 175);
  }
  const arch = level > 0.38 && level < 0.8;
  for (const sign of [-1, 1]) {
    if (arch) bone(ellipse(s(sign * 11, 13), 4.6, 8.5, [1, sign * 0.2]), 1.6, 330);
    if (level > 0.45 && level < 0.95) {
      bone(ellipse(s(sign * 25, 22), 14, 4.6, [1, sign * 0.42]), 1.5, 250);
    } else {
      // Facet joints between two arches.
      bone(ellipse(s(sign * 14, 19), 6, 4.4, [1, sign * -0.3]), 1.7, 400);
    }
    bone(ellipse(s(sign * 8, 27), 9, 3.2, [1, sign * -0.55]), 1.3, 380);
  }
  canvas.fill(ellipse(s(0, 17.5), 9.2, 8.2), 14);
  canvas.fill(ellipse(s(0, 17.2), 5.2, 4.2), 42);
  const long = level < 0.7 ? 10 : 6;
  bone(ellipse(s(0, 29 + long), 3.1, long), 1.4, 260);
}
