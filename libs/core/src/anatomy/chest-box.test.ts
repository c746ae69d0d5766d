import { describe, expect, test } from 'vitest';
import { findChest, toModelInput } from '../index.js';
import { drawSlice, mapThorax, thorax } from './thorax.fixture.js';

const hu = { columns: 400, rows: 320, unit: 'HU' } as const;

/** The box in fractions of the slice: left, top, right, bottom. */
function edges({ box }: ReturnType<typeof findChest>, columns: number, rows: number): number[] {
  return [
    box.left / columns,
    box.top / rows,
    (box.left + box.columns) / columns,
    (box.top + box.rows) / rows,
  ];
}

function expectEdges(actual: number[], expected: number[]): void {
  // One pixel of the 192 on which the chest is searched is 0.005.
  actual.forEach((edge, i) => {
    expect(Math.abs(edge - expected[i]!)).toBeLessThan(0.012);
  });
}

describe('findChest', () => {
  // The lungs reach from 0.17 to 0.83 and from 0.3 to 0.7; 5 % of that on each side.
  const aroundLungs = [0.17 - 0.033, 0.3 - 0.02, 0.83 + 0.033, 0.7 + 0.02];

  test('encloses both lungs with a margin of 5 %', () => {
    const chest = findChest(drawSlice(hu, -1000, thorax));
    expect(chest.around).toBe('lungs');
    expectEdges(edges(chest, 400, 320), aroundLungs);
  });

  test('finds the same in grey, whatever its window', () => {
    const slice = drawSlice(
      { ...hu, unit: 'grey' },
      0.2,
      mapThorax((value) => (value + 1250) / 1500),
    );
    expectEdges(edges(findChest(slice), 400, 320), aroundLungs);
  });

  test('finds the same in a round field: grey air around the body, black outside it', () => {
    const hidden = (value: number) => (value + 1250) / 1500;
    const slice = drawSlice({ columns: 320, rows: 320, unit: 'grey' }, 0, [
      { x: 0.5, y: 0.5, a: 0.499, b: 0.499, value: hidden(-800) },
      // Wide windows bring air, lung and tissue close together, and far from black.
      ...mapThorax((value) => hidden(value / 3 - 500)),
    ]);
    const chest = findChest(slice);
    expect(chest.around).toBe('lungs');
    expectEdges(edges(chest, 320, 320), aroundLungs);
  });

  /** A spine, and the ribs next to the lungs, 10 % of the picture's width. */
  const bones = (value: number) =>
    [0.5, 0.12, 0.88].map((x) => ({ x, y: x === 0.5 ? 0.75 : 0.5, a: 0.05, b: 0.07, value }));

  test('finds the same if only bone is bright', () => {
    // In a bone window muscle is hardly brighter than lung, and Otsu's threshold separates bone from both.
    const slice = drawSlice({ ...hu, unit: 'grey' }, 0, [
      ...mapThorax((value) => (value > 0 ? 0.18 : 0.03)),
      ...bones(0.6),
    ]);
    const chest = findChest(slice);
    expect(chest.around).toBe('lungs');
    expectEdges(edges(chest, 400, 320), aroundLungs);
  });

  test('finds the same if the lungs are as black as the room', () => {
    // In a soft-tissue window everything that is not black is in the body, as in a round field.
    const slice = drawSlice({ ...hu, unit: 'grey' }, 0, [
      ...mapThorax((value) => (value > 0 ? 0.35 : 0)),
      { x: 0.5, y: 0.4, a: 0.07, b: 0.2, value: 0.9 },
      ...bones(0.95),
    ]);
    const chest = findChest(slice);
    expect(chest.around).toBe('lungs');
    expectEdges(edges(chest, 400, 320), aroundLungs);
  });

  test('encloses the body if one lung is missing, so that what hides it is not cut off', () => {
    const chest = findChest(drawSlice(hu, -1000, thorax.slice(0, 2)));
    expect(chest.around).toBe('body');
    // The body reaches from 0.06 to 0.94 and from 0.16 to 0.84.
    expectEdges(edges(chest, 400, 320), [0.06 - 0.044, 0.16 - 0.034, 0.94 + 0.044, 0.84 + 0.034]);
  });

  test.each([
    ['flat', drawSlice({ ...hu, unit: 'grey' }, 0.3, [])],
    ['all air', drawSlice(hu, -1000, [])],
    ['of one pixel', drawSlice({ columns: 1, rows: 1, unit: 'grey' }, 0.3, [])],
  ])('is the whole slice, and says so, where the picture is %s', (_, slice) => {
    const { box, around } = findChest(slice);
    expect(around).toBe('whole');
    expect(box).toEqual({ left: 0, top: 0, columns: slice.columns, rows: slice.rows });
  });

  test('stays inside the slice', () => {
    // Lungs cut by the left and the right border.
    const { box } = findChest(
      drawSlice(hu, 40, [
        { x: 0.15, y: 0.5, a: 0.25, b: 0.4, value: -850 },
        { x: 0.85, y: 0.5, a: 0.25, b: 0.4, value: -850 },
      ]),
    );
    expect([box.left, box.left + box.columns]).toEqual([0, 400]);
    expect(box.top).toBeGreaterThanOrEqual(0);
    expect(box.top + box.rows).toBeLessThanOrEqual(320);
  });
});

describe('toModelInput', () => {
  test('windows Hounsfield units to [-1250, 250] and reports the window', () => {
    const slice = drawSlice({ columns: 3, rows: 2, unit: 'HU' }, -500, []);
    slice.pixels.set([-2000, -1250, -875, 250, 400, -500]);
    const input = toModelInput(slice, { crop: 'none' });
    expect([...input.data]).toEqual([0, 0, 0.25, 1, 1, 0.5]);
    expect(input).toMatchObject({
      shape: [1, 2, 3],
      window: { center: -500, width: 1500 },
      huLost: false,
      cropBox: { left: 0, top: 0, columns: 3, rows: 2 },
      crop: 'none',
    });
  });

  test('passes grey unchanged, clamped to 0–1 and without a window', () => {
    const slice = drawSlice({ columns: 4, rows: 1, unit: 'grey' }, 0, []);
    slice.pixels.set([-0.5, 0.25, 1.5, NaN]);
    const input = toModelInput(slice, { crop: 'none' });
    expect([...input.data]).toEqual([0, 0.25, 1, 0]);
    expect(input).toMatchObject({ window: undefined, huLost: true });
  });

  test('gives the pixels of the chest on request, row by row, with lung at 0.2 and tissue at 0.8', () => {
    const slice = drawSlice(hu, -1000, thorax);
    const whole = toModelInput(slice, { crop: 'none' });
    const chest = toModelInput(slice, { crop: 'chest' });
    const { left, top, columns, rows } = chest.cropBox;
    expect(chest.crop).toBe('chest');
    expect(chest.cropBox).toEqual(findChest(slice).box);
    expect(chest.shape).toEqual([1, rows, columns]);
    expect(chest.data).toHaveLength(rows * columns);
    for (const [x, y] of [
      [0, 0],
      [columns - 1, 0],
      [17, 23],
      [columns - 1, rows - 1],
    ] as const) {
      // -870 HU is 380 / 1500 in the window, 40 HU is 1290 / 1500; they map to 0.2 and 0.8, 0.6 apart.
      const windowed = whole.data[(top + y) * 400 + left + x]!;
      const expected = 0.2 + ((windowed - 380 / 1500) * 0.6 * 1500) / 910;
      expect(chest.data[y * columns + x]).toBeCloseTo(Math.min(1, Math.max(0, expected)), 5);
    }
  });

  test.each([
    ['bright', (value: number) => 0.5 + value / 4000],
    ['of little contrast', (value: number) => 0.4 + value / 6000],
    ['dark', (value: number) => 0.28 + value / 3500],
  ])('brings lung and tissue of a grey slice to 0.2 and 0.8 where its window was %s', (_, map) => {
    const slice = drawSlice({ ...hu, unit: 'grey' }, map(-1000), mapThorax(map));
    const { data, shape } = toModelInput(slice, { crop: 'chest' });
    const [, rows, columns] = shape;
    const middle = Math.floor(rows / 2) * columns;
    // A quarter into the chest is in a lung, the middle between the lungs.
    expect(data[middle + Math.floor(columns / 4)]).toBeCloseTo(0.2, 5);
    expect(data[middle + Math.floor(columns / 2)]).toBeCloseTo(0.8, 5);
  });

  test('leaves the grey of a slice in which lung and tissue cannot be told apart', () => {
    const slice = drawSlice(
      { ...hu, unit: 'grey' },
      0.2,
      mapThorax((value) => 0.5 + value / 20_000),
    );
    const { data } = toModelInput(slice, { crop: 'chest' });
    for (const value of data) expect(value).toBeLessThan(0.51);
  });

  test('reports no crop if there was nothing to crop to', () => {
    const slice = drawSlice({ columns: 32, rows: 32, unit: 'grey' }, 0.5, []);
    expect(toModelInput(slice, { crop: 'chest' })).toMatchObject({
      crop: 'none',
      cropBox: { left: 0, top: 0, columns: 32, rows: 32 },
    });
  });

  test('does not modify the slice', () => {
    const slice = drawSlice({ columns: 2, rows: 1, unit: 'grey' }, 2, []);
    toModelInput(slice, { crop: 'none' }).data[0] = 0.123;
    expect([...slice.pixels]).toEqual([2, 2]);
  });
});
