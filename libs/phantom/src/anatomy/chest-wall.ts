import {
  ellipse,
  numberAt,
  offset,
  roundedBox,
  smoothClosed,
  type Point,
} from '../raster/outline.js';
import type { SliceCanvas } from '../raster/slice-canvas.js';
import { sliceNoise } from '../raster/value-noise.js';
import { bodySize, levelOf, ribcageOutline, vertebraCentre, type BodyPlan } from './body-plan.js';

/** Hounsfield units of tissues without contrast medium, as textbooks give them. */
export const tissueHu = {
  air: -1000,
  fat: -105,
  skin: -5,
  muscle: 52,
  fluid: 8,
  softTissue: 40,
  liver: 58,
  spleen: 48,
  cartilage: 95,
  marrow: 190,
  cortex: 720,
} as const;

/** Muscle with its fibres: fat runs between the bundles. */
function muscleTissue(plan: BodyPlan, z: number): (x: number, y: number) => number {
  const noise = sliceNoise(plan.seed + 21, z, 9);
  return (x, y) => {
    const n = noise(x, y * 1.6);
    return n < -0.42 ? tissueHu.muscle + (n + 0.42) * 260 : tissueHu.muscle + 10 * n;
  };
}

/** The couch below the patient: a thin curved shell filled with foam, and the edge of a cover. */
export function paintCouch(canvas: SliceCanvas, plan: BodyPlan): void {
  const { centre, ry } = bodySize(plan, plan.height * 0.4);
  const top = centre[1] + ry + 7;
  const curve = (depth: number): Point[] =>
    Array.from({ length: 41 }, (_, i): Point => {
      const x = -225 + i * 11.25;
      return [x, top + depth - 0.00052 * x * x];
    });
  const sheet = (from: number, to: number, hu: number) => {
    canvas.fill([...curve(from), ...curve(to).reverse()], hu);
  };
  sheet(-5, -2.5, -880);
  sheet(0, 1.6, -330);
  sheet(1.6, 22, -955);
  sheet(22, 23.6, -330);
}

/** Skin, fat under it, and the muscles round the ribcage. Ribs, lungs and mediastinum are painted over them. */
export function paintChestWall(canvas: SliceCanvas, plan: BodyPlan, z: number): void {
  const u = levelOf(plan, z);
  const { centre, rx, ry } = bodySize(plan, z);
  // The back is flat on the couch, the sternum makes the front slightly hollow.
  const edge = sliceNoise(plan.seed + 22, z, 70);
  const strands = sliceNoise(plan.seed + 23, z, 14);
  const glands = sliceNoise(plan.seed + 24, z, 16);
  const fat = (x: number, y: number) => {
    // Strands of connective tissue run through the fat.
    const n = strands(x, y);
    return tissueHu.fat + 8 * n + (Math.abs(n) < 0.03 ? 38 : 0);
  };
  const body = smoothClosed(
    roundedBox(centre, rx, ry).map(([x, y]): Point => {
      const below = y > centre[1] + 0.86 * ry ? (y - centre[1] - 0.86 * ry) * 0.35 : 0;
      const hollow = y < centre[1] && Math.abs(x) < 40 ? 4 * (1 - (x / 40) * (x / 40)) : 0;
      return [x + 2 * edge(x, y), y - below + hollow];
    }),
    2,
  );
  // In a patient lying down, breasts are wide and low.
  const size = plan.female
    ? numberAt(
        [
          [0.1, 0],
          [0.28, 1],
          [0.42, 1],
          [0.66, 0],
        ],
        u,
      )
    : 0;
  const breasts = (size > 0.05 ? [-1, 1] : []).map((sign) => {
    const at: Point = [sign * 88 * plan.wide, centre[1] - ry * (0.6 + 0.1 * size)];
    return ellipse(at, 44 + 30 * size, 20 + 16 * size, [1, sign * 0.42]);
  });
  for (const breast of breasts) canvas.fill(breast, tissueHu.skin);
  canvas.fill(body, tissueHu.skin);
  for (const breast of breasts) {
    canvas.fill(offset(breast, -1.9), (x, y) => {
      const gland = glands(x, y);
      return gland > 0.2 ? Math.min(32, tissueHu.fat + 380 * (gland - 0.2)) : fat(x, y);
    });
  }
  canvas.fill(offset(body, -1.9), fat);
  const inside = new Float32Array(canvas.hu.length);
  canvas.coverage(offset(body, -3.5), (i, covered) => (inside[i] = covered));
  const muscle = muscleTissue(plan, z);
  const paint = (at: Point, r1: number, r2: number, tilt: Point) => {
    canvas.fill(ellipse(at, r1, r2, tilt), muscle, { within: inside });
  };
  const wall = u;
  const spine = vertebraCentre(plan, z)[1];
  for (const sign of [-1, 1]) {
    const w = (x: number) => sign * x * plan.wide;
    const d = plan.deep;
    // Erector spinae next to the spinous processes, trapezius behind them.
    paint([w(26), spine + 37], 25, 15, [1, sign * -0.12]);
    paint(
      [w(44), spine + 47],
      50 *
        numberAt(
          [
            [0.2, 0.3],
            [0.6, 1],
          ],
          u,
        ),
      5.5,
      [1, sign * -0.22],
    );
    // Latissimus dorsi and serratus at the side.
    paint([w(128), 40 * d], 42, 8.5, [-0.42, sign * 1]);
    paint([w(139), 2], 34, 5.5, [0.12, 1]);
    // Pectoralis major and minor.
    const pectoral = numberAt(
      [
        [0.25, 0],
        [0.5, 0.75],
        [0.75, 1],
        [0.95, 0.9],
      ],
      wall,
    );
    if (pectoral > 0.05) {
      const y =
        numberAt(
          [
            [0.25, -92],
            [0.6, -92],
            [0.75, -78],
            [0.95, -56],
          ],
          u,
        ) * d;
      paint([w(72), y], 58 * pectoral, 9.5 * pectoral, [1, sign * 0.24]);
      paint([w(100), y + 24], 26 * pectoral, 6.5 * pectoral, [1, sign * 0.62]);
    }
    // Muscles round the shoulder blade: infraspinatus outside, subscapularis inside.
    const shoulder = numberAt(
      [
        [0.42, 0],
        [0.6, 0.8],
        [0.8, 1],
      ],
      u,
    );
    if (shoulder > 0.05) {
      const at = scapulaCentre(plan, sign, z);
      const along: Point = [1, sign * -0.75];
      paint([at[0] + sign * 5, at[1] + 10], 48 * shoulder, 11 * shoulder, along);
      paint([at[0] - sign * 4, at[1] - 8], 42 * shoulder, 9 * shoulder, along);
      paint(
        [
          w(150),
          numberAt(
            [
              [0.6, 10],
              [0.9, -8],
            ],
            u,
          ),
        ],
        30 * shoulder,
        17 * shoulder,
        [-0.5, 1],
      );
    }
  }
  // The wall between and round the ribs, after a thin layer of fat.
  canvas.fill(ribcageOutline(plan, z, 14.5), tissueHu.fat, { within: inside });
  canvas.fill(ribcageOutline(plan, z, 12), muscle, { within: inside });
  canvas.fill(ribcageOutline(plan, z, 2.2), u > 0.86 ? muscle : tissueHu.fat + 30, {
    within: inside,
  });
}

/** Middle of the shoulder blade's cut on one side (`sign` -1 right, 1 left). */
export function scapulaCentre(plan: BodyPlan, sign: number, z: number): Point {
  const u = levelOf(plan, z);
  const x = numberAt(
    [
      [0.45, 104],
      [0.7, 106],
      [0.95, 112],
    ],
    u,
  );
  const y = numberAt(
    [
      [0.45, 86],
      [0.7, 76],
      [0.95, 58],
    ],
    u,
  );
  return [sign * x * plan.wide, y * plan.deep + 6];
}
