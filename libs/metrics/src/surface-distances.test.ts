import fc from 'fast-check';
import { expect, test } from 'vitest';
import { golden } from './golden.fixture.js';
import {
  averageSurfaceDistance,
  fieldDiagonal,
  hausdorffDistance,
  hausdorffDistance95,
  surfaceDice,
  surfaceDistances,
  surfaceDistancesBySlice,
} from './index.js';

test('two pixels 3 rows and 4 columns apart, rows of 2 mm', () => {
  const reference = new Uint8Array(25);
  const prediction = new Uint8Array(25);
  reference[0] = 1;
  prediction[3 * 5 + 4] = 1;
  const surfaces = surfaceDistances(reference, prediction, { shape: [5, 5], spacing: [2, 1] });
  // √((3 · 2)² + 4²)
  expect(hausdorffDistance(surfaces)).toBeCloseTo(Math.sqrt(52), 14);
  expect(averageSurfaceDistance(surfaces)).toBeCloseTo(Math.sqrt(52), 14);
});

test('only the outline of a mask counts: a filled and a hollow square have the same surface', () => {
  const filled = [1, 1, 1, 1, 1, 1, 1, 1, 1];
  const hollow = [1, 1, 1, 1, 0, 1, 1, 1, 1];
  const surfaces = surfaceDistances(filled, hollow, { shape: [3, 3], spacing: [1, 1] });
  expect([...surfaces.fromReference]).toEqual(Array(8).fill(0));
});

test.each(golden('surfaces'))('equals SciPy by all pairs on masks of shape $shape', (expected) => {
  const surfaces = surfaceDistances(expected.reference, expected.prediction, expected);
  expect(surfaces.fromReference).toHaveLength(expected.fromReference.length);
  expect(surfaces.fromPrediction).toHaveLength(expected.fromPrediction.length);
  surfaces.fromReference.forEach((distance, i) => {
    expect(distance).toBeCloseTo(expected.fromReference[i]!, 12);
  });
  surfaces.fromPrediction.forEach((distance, i) => {
    expect(distance).toBeCloseTo(expected.fromPrediction[i]!, 12);
  });
  expect(hausdorffDistance(surfaces)).toBeCloseTo(expected.hausdorff, 12);
  expect(hausdorffDistance95(surfaces)).toBeCloseTo(expected.hausdorff95, 12);
  expect(averageSurfaceDistance(surfaces)).toBeCloseTo(expected.average, 12);
  for (const [tolerance, share] of Object.entries(expected.surfaceDice)) {
    expect(surfaceDice(surfaces, Number(tolerance))).toBeCloseTo(share, 14);
  }
});

test('two empty masks agree; one empty mask is infinitely far', () => {
  const grid = { shape: [2, 2], spacing: [1, 1] };
  const empty = [0, 0, 0, 0];
  const lesion = [1, 0, 0, 0];
  const bothEmpty = surfaceDistances(empty, empty, grid);
  expect(hausdorffDistance(bothEmpty)).toBe(0);
  expect(hausdorffDistance95(bothEmpty)).toBe(0);
  expect(averageSurfaceDistance(bothEmpty)).toBe(0);
  expect(surfaceDice(bothEmpty, 1)).toBe(1);
  for (const surfaces of [
    surfaceDistances(lesion, empty, grid),
    surfaceDistances(empty, lesion, grid),
  ]) {
    expect(hausdorffDistance(surfaces)).toBe(Infinity);
    expect(hausdorffDistance95(surfaces)).toBe(Infinity);
    expect(averageSurfaceDistance(surfaces)).toBe(Infinity);
    expect(surfaceDice(surfaces, 1000)).toBe(0);
  }
});

test('each slice of a volume is measured by itself', () => {
  // Slice 1: 2 columns apart; slice 2: equal; slice 3: missed.
  const reference = [1, 0, 0, 1, 1, 0, 0, 1, 0];
  const prediction = [0, 0, 1, 1, 1, 0, 0, 0, 0];
  const grid = { shape: [3, 1, 3], spacing: [5, 1, 0.5] };
  const slices = surfaceDistancesBySlice(reference, prediction, grid);
  expect(slices.map((slice) => hausdorffDistance(slice))).toEqual([1, 0, Infinity]);
});

test('a tolerance is inclusive, up to rounding', () => {
  // 3 · 0.1 is 0.30000000000000004
  const surfaces = surfaceDistances([1, 0, 0, 0], [0, 0, 0, 1], {
    shape: [1, 4],
    spacing: [1, 0.1],
  });
  expect(surfaceDice(surfaces, 0.3)).toBe(1);
  expect(surfaceDice(surfaces, 0.29)).toBe(0);
});

test('the diagonal joins the centres of opposite corners', () => {
  expect(fieldDiagonal({ shape: [4, 5], spacing: [1, 1] })).toBe(5);
});

const masks = fc
  .tuple(
    fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 2, maxLength: 3 }),
    fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { minLength: 3, maxLength: 3 }),
  )
  .chain(([shape, steps]) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const mask = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: size, maxLength: size });
    return fc.record({
      reference: mask,
      prediction: mask,
      grid: fc.constant({ shape, spacing: steps.slice(0, shape.length) }),
    });
  });

test('distances are symmetric, ordered, zero to itself, and within the diagonal', () => {
  fc.assert(
    fc.property(masks, ({ reference, prediction, grid }) => {
      const there = surfaceDistances(reference, prediction, grid);
      const back = surfaceDistances(prediction, reference, grid);
      expect(there.fromReference).toEqual(back.fromPrediction);
      expect(hausdorffDistance(there)).toBe(hausdorffDistance(back));
      expect(hausdorffDistance95(there)).toBeLessThanOrEqual(hausdorffDistance(there));
      expect(averageSurfaceDistance(there)).toBeLessThanOrEqual(hausdorffDistance(there) + 1e-12);
      if (hausdorffDistance(there) !== Infinity) {
        expect(hausdorffDistance(there)).toBeLessThanOrEqual(fieldDiagonal(grid) + 1e-12);
      }
      const itself = surfaceDistances(reference, reference, grid);
      expect(hausdorffDistance(itself)).toBe(0);
      expect(surfaceDice(itself, 0)).toBe(1);
    }),
  );
});

/** Positions (mm) of mask voxels with an axis neighbour outside the mask, straight from the definition. */
function outline(mask: readonly number[], shape: readonly number[], spacing: readonly number[]) {
  const isSet = (at: readonly number[]): boolean =>
    at.every((position, axis) => position >= 0 && position < shape[axis]!) &&
    mask[at.reduce((index, position, axis) => index * shape[axis]! + position, 0)] === 1;
  return mask.flatMap((_, index) => {
    const at: number[] = [];
    for (let axis = shape.length - 1, rest = index; axis >= 0; axis--) {
      at.unshift(rest % shape[axis]!);
      rest = Math.floor(rest / shape[axis]!);
    }
    const neighbours = at.flatMap((position, axis) => [
      at.with(axis, position - 1),
      at.with(axis, position + 1),
    ]);
    if (!isSet(at) || neighbours.every(isSet)) return [];
    return [at.map((position, axis) => position * spacing[axis]!)];
  });
}

test('every distance equals the smallest over all pairs of outline voxels', () => {
  fc.assert(
    fc.property(masks, ({ reference, prediction, grid }) => {
      const from = outline(reference, grid.shape, grid.spacing);
      const to = outline(prediction, grid.shape, grid.spacing);
      const expected = from
        .map((a) => Math.min(...to.map((b) => Math.hypot(...a.map((x, axis) => x - b[axis]!)))))
        .sort((a, b) => a - b);
      const { fromReference } = surfaceDistances(reference, prediction, grid);
      expect(fromReference).toHaveLength(expected.length);
      fromReference.forEach((distance, i) => {
        if (expected[i] === Infinity) expect(distance).toBe(Infinity);
        else expect(distance).toBeCloseTo(expected[i]!, 12);
      });
    }),
  );
});

test('grids that do not fit and settings out of range are named', () => {
  const grid = { shape: [1, 2], spacing: [1, 1] };
  expect(() => surfaceDistances([1], [0], grid)).toThrow(
    new RangeError('Expected masks of 1 x 2 = 2 voxels, got 1'),
  );
  expect(() => surfaceDistances([1, 0], [0, 1], { shape: [2], spacing: [1] })).toThrow(
    'Expected shape of 2 or 3 axes, got 1',
  );
  expect(() => surfaceDistances([1, 0], [0, 1], { ...grid, spacing: [1, 0] })).toThrow(
    'Expected spacing > 0 and finite, got [1, 0]',
  );
  expect(() => surfaceDistances([1, 0], [0, 1], { ...grid, spacing: [1] })).toThrow(
    'Expected spacing of 2 axes, got 1',
  );
  expect(() => surfaceDistances([255, 0], [0, 1], grid)).toThrow('Expected reference to be 0 or 1');
  expect(() => surfaceDistancesBySlice([1, 0], [0, 1], grid)).toThrow(
    'Expected shape to be [slices, rows, columns], got 2 axes',
  );
  const surfaces = surfaceDistances([1, 0], [0, 1], grid);
  expect(() => hausdorffDistance(surfaces, 0.95 * 200)).toThrow('Expected percentile in (0, 100]');
  expect(() => surfaceDice(surfaces, NaN)).toThrow('Expected tolerance >= 0 and finite, got NaN');
});
