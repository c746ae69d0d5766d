import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { intersect } from './bit-mask.js';
import { convexHull, hullMask, type Point } from './convex-hull.js';
import { anyMask, linesOf, maskOf, morphologyGolden, toBits } from './bit-masks.fixture.js';

function areaOf(polygon: readonly Point[]): number {
  return polygon.reduce((sum, [ax, ay], i) => {
    const [bx, by] = polygon[(i + 1) % polygon.length]!;
    return sum + (ax * by - bx * ay) / 2;
  }, 0);
}

describe('convexHull', () => {
  test.each(morphologyGolden)('has the area and the corners that scipy.spatial finds', (golden) => {
    const { mask, size } = maskOf(golden.mask);
    const corners = [...mask].flatMap((value, at): Point[] => {
      const [x, y] = [at % size.columns, Math.floor(at / size.columns)];
      return value === 0 ? [] : [[x, y], [x + 1, y], [x, y + 1], [x + 1, y + 1]]; // prettier-ignore
    });
    const hull = convexHull(corners);
    // Positive in a plane whose y grows downwards: clockwise on the screen.
    expect(areaOf(hull)).toBeCloseTo(golden.hullArea, 9);
    expect(hull).toHaveLength(golden.hullCorners);
  });

  test('leaves out points inside or along a side', () => {
    const square: Point[] = [[0, 0], [4, 0], [4, 4], [0, 4]]; // prettier-ignore
    expect(convexHull([...square, [2, 0], [2, 2], [4, 1], [0, 0]])).toEqual(square);
  });

  test.each<[string, Point[], Point[]]>([
    ['of nothing is nothing', [], []],
    [
      'of a point is the point',
      [
        [3, 1],
        [3, 1],
      ],
      [[3, 1]],
    ],
    [
      'of a line is its ends',
      [
        [0, 0],
        [2, 2],
        [1, 1],
      ],
      [
        [0, 0],
        [2, 2],
      ],
    ],
  ])('%s', (_, points, hull) => {
    // prettier-ignore
    expect(convexHull(points)).toEqual(hull);
  });
});

describe('hullMask', () => {
  test('fills the bay of an L', () => {
    const { bits } = maskOf(['#....', '#....', '#....', '#....', '#####']);
    // The side runs from (1, 0) to (5, 4), through the centre of (1, 0): centres on it are inside.
    expect(linesOf(hullMask(bits))).toEqual(['##...', '###..', '####.', '#####', '#####']);
  });

  test('holds the mask, and is empty where the mask is', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, size }) => {
        const bits = toBits(mask, size);
        const hull = hullMask(bits);
        expect(intersect(bits, hull)).toEqual(bits);
        const empty = mask.every((value) => value === 0);
        expect(hull.words.every((word) => word === 0)).toBe(empty);
      }),
      { seed: 7 },
    );
  });
});
