import { describe, expect, test } from 'vitest';
import { drawSlice, mapThorax, thorax, type Ellipse } from '../anatomy/thorax.fixture.js';
import { inspectSlice, type CtSlice } from '../index.js';

const hu = { columns: 256, rows: 256, unit: 'HU' } as const;
const grey = { ...hu, unit: 'grey' } as const;
const toGrey = (value: number) => (value + 1250) / 1500;

/** The thorax at half its size: its body takes 12 % of the picture. */
const smaller = (ellipses: readonly Ellipse[]) =>
  ellipses.map(({ x, y, a, b, value }) => {
    return { x: 0.25 + x / 2, y: 0.25 + y / 2, a: a / 2, b: b / 2, value };
  });

/** Draws vertical strokes of two pixels, as letters have them, over the rows above and below: one stroke every eight pixels. */
function withLetters(slice: CtSlice, above: number, below: number): CtSlice {
  const pixels = slice.pixels.slice();
  for (let row = 0; row < slice.rows; row++) {
    if (row >= above && row < slice.rows - below) continue;
    for (let column = 0; column < slice.columns; column++) {
      if (column % 8 < 2) pixels[row * slice.columns + column] = 0.9;
    }
  }
  return { ...slice, pixels };
}

describe('inspectSlice', () => {
  test('takes a thorax for a chest, in HU and in grey', () => {
    for (const slice of [
      drawSlice(hu, -1000, thorax),
      drawSlice(grey, toGrey(-1000), mapThorax(toGrey)),
    ]) {
      expect(inspectSlice(slice)).toMatchObject({ reasons: [], hasEnoughLung: true });
    }
  });

  test('finds no lung in a body without one', () => {
    expect(inspectSlice(drawSlice(hu, -1000, thorax.slice(0, 1)))).toEqual({
      lungs: undefined,
      reasons: ['NO_LUNG'],
      hasEnoughLung: false,
    });
  });

  test('has not enough lung if the two take less than a fifth of the body', () => {
    // The body's area is 0.44 * 0.34 = 0.15 of π; two lungs of 0.1 * 0.1 are 13 % of it.
    const bases = thorax.map((each, i) => (i === 0 ? each : { ...each, a: 0.1, b: 0.1 }));
    expect(inspectSlice(drawSlice(hu, -1000, bases))).toMatchObject({
      reasons: [],
      hasEnoughLung: false,
    });
  });

  test('refuses a chest that a program shows among its letters', () => {
    // The body is in rows 84 to 172. A stroke begins or ends in 2 of 8 columns: of 160 rows of letters, 40 rows' worth of edges among
    // the 88 % of 256 rows that are not body, 18 %.
    const shown = drawSlice(grey, toGrey(-1000), smaller(mapThorax(toGrey)));
    expect(inspectSlice(withLetters(shown, 80, 80)).reasons).toEqual(['NOT_CHEST']);
  });

  test('takes a small patient in a wide field for a chest', () => {
    expect(inspectSlice(drawSlice(hu, -1000, smaller(thorax))).reasons).toEqual([]);
    const shown = drawSlice(grey, toGrey(-1000), smaller(mapThorax(toGrey)));
    // Letters in two corners, as scanners write the patient's name: 7 %.
    expect(inspectSlice(withLetters(shown, 32, 32)).reasons).toEqual([]);
  });
});
