import {
  ellipse,
  numberAt,
  offset,
  smoothClosed,
  type Outline,
  type Point,
} from '../raster/outline.js';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { fractalNoise, sliceNoise } from '../raster/value-noise.js';
import { levelOf, mediastinumOutline, mediastinumPoints, type BodyPlan } from './body-plan.js';
import { tissueHu } from './chest-wall.js';

/** Level of the carina, where the trachea divides. */
const carinaLevel = 0.63;

/** Between two values over a stretch of levels, 0 outside: the size of an organ that starts and ends. */
function bump(u: number, from: number, to: number): number {
  const t = (u - from) / (to - from);
  return t <= 0 || t >= 1 ? 0 : Math.min(1, Math.sqrt(4 * t * (1 - t)) * 1.15);
}

/** Heart with its chambers, great vessels, trachea, oesophagus, and the fat round them. */
export function paintMediastinum(canvas: SliceCanvas, plan: BodyPlan, z: number): void {
  const u = levelOf(plan, z);
  const d = plan.deep;
  const blood = plan.blood;
  const grain = sliceNoise(plan.seed + 41, z, 8);
  const nodes = sliceNoise(plan.seed + 42, z, 11);
  const texture =
    (hu: number, amount = 7) =>
    (x: number, y: number) =>
      hu + amount * grain(x, y);
  const outline = mediastinumOutline(plan, z);
  canvas.fill(outline, texture(-92, 14));
  const rod = (a: Point, b: Point, r: number, hu: number) => {
    canvas.rod([a[0], a[1] * d], [b[0], b[1] * d], r, hu);
  };
  const round = (x: number, y: number, r: number, hu: number, ry = r) => {
    if (r > 0.3) canvas.fill(ellipse([x, y * d], r, ry), texture(hu));
  };
  if (u < 0.56) paintHeart(canvas, plan, z, texture);
  else {
    // Thymus and nodes in front of the great vessels.
    canvas.fill(offset(outline, -5), (x, y) => {
      const n = nodes(x, y);
      return n > 0.22 ? 28 : -88 + 30 * n;
    });
  }
  // Spine's soft tissue and crura.
  round(0, 60, 20, tissueHu.softTissue, 14);
  // Descending aorta, oesophagus, azygos vein.
  const aorta = 12.2 * plan.heart;
  if (u < 0.73)
    round(
      numberAt(
        [
          [0, 15],
          [0.3, 22],
          [0.7, 25],
        ],
        u,
      ),
      numberAt(
        [
          [0, 43],
          [0.4, 46],
          [0.7, 40],
        ],
        u,
      ),
      aorta,
      blood,
    );
  round(
    numberAt(
      [
        [0, 12],
        [0.25, 8],
        [0.6, 4],
        [1, 6],
      ],
      u,
    ),
    numberAt(
      [
        [0, 22],
        [0.25, 32],
        [0.6, 36],
        [1, 30],
      ],
      u,
    ),
    8,
    36,
    5.5,
  );
  if (fractalNoise(plan.seed + 43, 0, 0, z, 30) > 0.1)
    round(
      numberAt(
        [
          [0.25, 8],
          [0.6, 4],
          [1, 6],
        ],
        u,
      ),
      numberAt(
        [
          [0.25, 32],
          [0.6, 36],
          [1, 30],
        ],
        u,
      ),
      2.6,
      -880,
      1.5,
    );
  round(
    -8,
    numberAt(
      [
        [0, 48],
        [0.7, 44],
      ],
      u,
    ),
    4,
    blood,
  );
  // Ascending aorta, arch and its branches.
  if (u > 0.4 && u < 0.69)
    round(
      numberAt(
        [
          [0.4, 2],
          [0.5, -10],
        ],
        u,
      ),
      numberAt(
        [
          [0.4, -18],
          [0.5, -28],
          [0.69, -24],
        ],
        u,
      ),
      15.5 * plan.heart * Math.min(1, (u - 0.38) * 12),
      blood,
    );
  if (u >= 0.665 && u < 0.765)
    rod([-8, -22], [22, 34], aorta * Math.sqrt(bump(u, 0.655, 0.775)), blood);
  if (u >= 0.745) {
    const spread = numberAt(
      [
        [0.75, 0],
        [1, 1],
      ],
      u,
    );
    round(-12 - 8 * spread, -18 - 4 * spread, 6.2, blood);
    round(4 + 10 * spread, -8 - 6 * spread, 4, blood);
    round(20 + 8 * spread, 10 - 10 * spread, 5, blood);
    round(-22 - 4 * spread, -24 - 6 * spread, 6.5, blood - 4);
    round(12 + 12 * spread, -30 - 4 * spread, 5.5, blood - 4);
  }
  if (u > 0.5 && u < 0.78) round(-26, -12, 9.2, blood, 8);
  // Pulmonary trunk and its two branches.
  const trunk = bump(u, 0.46, 0.64);
  if (trunk > 0)
    round(
      18,
      numberAt(
        [
          [0.46, -40],
          [0.64, -26],
        ],
        u,
      ),
      14.5 * trunk,
      blood,
    );
  const right = bump(u, 0.515, 0.6);
  if (right > 0) rod([14, -20], [-34, 6], 9.5 * right, blood);
  const left = bump(u, 0.545, 0.635);
  if (left > 0) rod([20, -24], [38, 10], 9.5 * left, blood);
  // Pulmonary veins into the left atrium.
  const veins = bump(u, 0.36, 0.47);
  if (veins > 0) {
    rod([4, 16], [-38, 22], 6.5 * veins, blood);
    rod([4, 16], [42, 24], 6.5 * veins, blood);
  }
  paintTrachea(canvas, plan, u);
}

function paintHeart(
  canvas: SliceCanvas,
  plan: BodyPlan,
  z: number,
  texture: (hu: number, amount?: number) => (x: number, y: number) => number,
): void {
  const u = levelOf(plan, z);
  const d = plan.deep;
  const points = mediastinumPoints(plan, z);
  // The heart fills the front of the mediastinum; its back is the atrium, before the oesophagus and aorta.
  const front: Point = [
    (points[1]![0] + points[15]![0]) / 2,
    numberAt(
      [
        [0, -66],
        [0.3, -66],
        [0.5, -54],
      ],
      u,
    ) * d,
  ];
  const ring: Point[] = [
    front,
    ...points.slice(1, 6),
    [36, 25 * d],
    [2, 27 * d],
    [-26, 22 * d],
    ...points.slice(13, 16),
  ];
  const pericardium = smoothClosed(ring);
  const heart: Outline = offset(pericardium, -4.5);
  canvas.fill(offset(pericardium, -2.6), 18, { opacity: 0.55 });
  canvas.fill(heart, texture(50));
  const wall = new Float32Array(canvas.hu.length);
  canvas.coverage(heart, (i, covered) => (wall[i] = covered));
  const blood = plan.blood;
  const chamber = (x: number, y: number, rx: number, ry: number, size: number, tilt: Point) => {
    if (size > 0.15)
      canvas.fill(ellipse([x, y * d], rx * size, ry * size, tilt), texture(blood, 4), {
        within: wall,
      });
  };
  const low = bump(u, -0.2, 0.5);
  chamber(40, -14, 25, 15, low * 0.95, [1, -0.45]);
  chamber(4, -40, 32, 13, low, [1, -0.35]);
  chamber(-27, -12, 15, 21, bump(u, 0.02, 0.56), [1, 0.2]);
  chamber(4, 15, 30, 13, bump(u, 0.22, 0.56), [1, 0]);
  // Fat with the coronary arteries in the grooves between the chambers.
  const groove = (a: Point, b: Point, r: number) => {
    canvas.rod([a[0], a[1] * d], [b[0], b[1] * d], r, -40, { within: wall, opacity: 0.6 });
    canvas.rod([b[0], b[1] * d], [b[0], b[1] * d], 1.6, blood + 4, { within: wall });
  };
  const x = front[0];
  groove([x - 24, front[1] / d + 14], [x - 15, front[1] / d + 24], 2.6);
  groove([58, 6], [44, 4], 2.2);
  groove([x + 30, front[1] / d + 9], [x + 25, front[1] / d + 17], 2);
}

/** Windpipe and main bronchi with their walls. The air in them is not lung. */
function paintTrachea(canvas: SliceCanvas, plan: BodyPlan, u: number): void {
  const d = plan.deep;
  const tube = (a: Point, b: Point, r: number) => {
    canvas.rod(a, b, r + 1.6, 25);
    canvas.rod(a, b, r, -985);
  };
  if (u >= carinaLevel) {
    const y =
      numberAt(
        [
          [carinaLevel, 14],
          [1, 4],
        ],
        u,
      ) * d;
    const wide = numberAt(
      [
        [carinaLevel, 5],
        [carinaLevel + 0.05, 0],
      ],
      u,
    );
    tube([-wide, y], [wide, y], 8.4);
    return;
  }
  const below = (carinaLevel - u) / 0.1;
  if (below > 1) return;
  tube(
    [-(5 + 24 * below), (14 + 1 * below) * d],
    [-(11 + 26 * below), (14 + 0.5 * below) * d],
    6.9 - 1.2 * below,
  );
  tube(
    [5 + 26 * below, (14 + 5 * below) * d],
    [13 + 28 * below, (15 + 5 * below) * d],
    6.2 - 1.2 * below,
  );
}
