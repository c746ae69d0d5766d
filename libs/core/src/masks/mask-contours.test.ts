import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contourLengthMm, maskAreaMm2, maskContours } from '../index.js';
import { connectedComponents } from '../imaging/connected-components.js';
import { anyMask, maskOf, toBits } from '../imaging/bit-masks.fixture.js';

describe('maskContours', () => {
  test('draws a diamond around a pixel, clockwise on the screen', () => {
    const { mask, size } = maskOf(['...', '.#.', '...']);
    const [contour, ...others] = maskContours(mask, size);
    expect(others).toEqual([]);
    // The centre is (1.5, 1.5); halfway to the neighbours' centres: 1 and 2.
    expect(contour!.points).toEqual([
      [1.5, 1],
      [2, 1.5],
      [1.5, 2],
      [1, 1.5],
    ]);
    expect(contour!.area).toBe(0.5);
  });

  test('gives a rectangle its pixels less an eighth at each corner', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(3),
        fc.nat(3),
        (width, height, left, top) => {
          const size = { columns: left + width + 2, rows: top + height };
          const mask = new Uint8Array(size.columns * size.rows);
          for (let row = top; row < top + height; row++) {
            mask.fill(1, row * size.columns + left, row * size.columns + left + width);
          }
          const contours = maskContours(mask, size);
          expect(contours).toHaveLength(1);
          expect(contours[0]!.area).toBeCloseTo(width * height - 4 / 8, 9);
        },
      ),
      { seed: 8 },
    );
  });

  test('lies where interpolation between pixel centres reaches the threshold', () => {
    // Between 0.5 (value 0.2) and 1.5 (value 1) the value 0.4 lies at 0.5 + 0.2 / 0.8 = 0.75.
    const [contour] = maskContours(Float32Array.of(0.2, 1, 1, 0), { columns: 4, rows: 1 }, 0.4);
    const xs = contour!.points.map(([x]) => x);
    expect(Math.min(...xs)).toBeCloseTo(0.75, 6);
    // Between 2.5 (value 1) and 3.5 (value 0): 2.5 + 0.6.
    expect(Math.max(...xs)).toBeCloseTo(3.1, 6);
  });

  test('runs the other way around a hole, whose area counts negative', () => {
    const { mask, size } = maskOf(['###', '#.#', '###']);
    const areas = maskContours(mask, size).map(({ area }) => area);
    // 9 less the corners; the hole is a diamond of half a pixel.
    expect(areas).toEqual([8.5, -0.5]);
  });

  test('keeps diagonal pixels apart where their mean is below the threshold, and joins them else', () => {
    const diagonal = { columns: 2, rows: 2 };
    expect(maskContours(Float32Array.of(1, 0, 0, 1), diagonal, 0.6)).toHaveLength(2);
    expect(maskContours(Float32Array.of(1, 0, 0, 1), diagonal, 0.4)).toHaveLength(1);
    expect(maskContours(Float32Array.of(0, 1, 1, 0), diagonal, 0.6)).toHaveLength(2);
    expect(maskContours(Float32Array.of(0, 1, 1, 0), diagonal, 0.4)).toHaveLength(1);
  });

  test('stays inside of the picture where a region reaches its border', () => {
    const full = maskContours(new Float32Array(6).fill(1), { columns: 3, rows: 2 }, 0.1);
    for (const [x, y] of full[0]!.points) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(3);
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(2);
    }
  });

  test('draws nothing for an empty mask', () => {
    expect(maskContours(new Float32Array(9), { columns: 3, rows: 3 })).toEqual([]);
  });

  test('has one outer line for each region', () => {
    fc.assert(
      fc.property(anyMask, ({ mask, size }) => {
        // The mean of two diagonal pixels is 0.5, at the threshold: corners connect, as in 8-connected regions.
        const outer = maskContours(mask, size).filter(({ area }) => area > 0);
        const { components } = connectedComponents(toBits(mask, size), 8);
        expect(outer).toHaveLength(components.length);
      }),
      { seed: 9, numRuns: 300 },
    );
  });
});

describe('areas and lengths in mm', () => {
  test('maskAreaMm2 counts pixels times their size', () => {
    // 3 pixels of 0.7 × 0.5 mm.
    const area = maskAreaMm2(Float32Array.of(0.5, 0.9, 1, 0.49), { column: 0.7, row: 0.5 });
    expect(area).toBeCloseTo(1.05, 9);
  });

  test('contourLengthMm measures each direction with its own spacing', () => {
    const points = [[0, 0], [3, 0], [3, 2], [0, 2]] as const; // prettier-ignore
    // 3 columns of 0.5 mm and 2 rows of 2 mm, there and back.
    expect(contourLengthMm(points, { column: 0.5, row: 2 })).toBeCloseTo(2 * (1.5 + 4), 9);
  });

  test.each([0, -1, NaN])('a spacing of %d is refused', (column) => {
    expect(() => maskAreaMm2(new Uint8Array(1), { column, row: 1 })).toThrow(RangeError);
    expect(() => contourLengthMm([], { column: 1, row: column })).toThrow('more than 0 mm');
  });
});
