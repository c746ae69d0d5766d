import { expect, test } from 'vitest';
import { madeGrid, madeSlice } from '../made-paper.fixture.js';
import type { Pixels } from '../pdf/pixels.js';
import { splitPanels } from './split-panels.js';

const slices = (picture: Pixels): number =>
  splitPanels(picture).filter(({ verdict }) => verdict.kind === 'axial-ct').length;

test('one slice stays one panel', () => {
  expect(slices(madeSlice())).toBe(1);
});

test.each([
  ['white gutters', 2, 2, 8, 255],
  ['black gutters', 2, 2, 8, 0],
  ['no gutter', 2, 2, 0, 0],
  ['a row without gutters', 3, 1, 0, 0],
])('%s: %i × %i slices', (_name, across, down, gutter, ground) => {
  const pictures = Array.from({ length: across * down }, (_, i) => madeSlice(256, 208, i + 1));
  expect(slices(madeGrid(pictures, across, gutter, ground))).toBe(across * down);
});

test('the box of a panel is the slice’s own', () => {
  const grid = madeGrid([madeSlice(256, 208, 1), madeSlice(256, 208, 2)], 2, 12, 255);
  // The second begins at 256 + 12.
  expect(splitPanels(grid).map(({ box }) => box.left)).toEqual([0, 268]);
});

test('a heat map and a plot are not taken for slices', () => {
  const slice = madeSlice();
  const heat = {
    ...slice,
    data: slice.data.map((value, i) =>
      i % 3 === 0 ? 255 - value : i % 3 === 1 ? value >> 1 : 200,
    ),
  };
  expect(splitPanels(heat).map(({ verdict }) => verdict.kind)).not.toContain('axial-ct');
  const plot: Pixels = { columns: 200, rows: 150, data: new Uint8Array(200 * 150 * 3).fill(255) };
  for (let x = 10; x < 190; x++)
    plot.data.fill(0, (((x >> 1) + 20) * 200 + x) * 3, (((x >> 1) + 20) * 200 + x) * 3 + 3);
  expect(slices(plot)).toBe(0);
});

test('a cross-hair drawn through a slice does not cut it', () => {
  const slice = madeSlice(512, 416);
  for (let y = 0; y < slice.rows; y++) {
    for (let x = 254; x < 257; x++) slice.data.set([60, 60, 230], 3 * (y * slice.columns + x));
  }
  for (let y = 206; y < 209; y++) {
    for (let x = 0; x < slice.columns; x++)
      slice.data.set([60, 60, 230], 3 * (y * slice.columns + x));
  }
  expect(splitPanels(slice).map(({ box }) => box)).toEqual([
    { left: 0, top: 0, columns: 512, rows: 416 },
  ]);
});

test('letters of a diagram on paper are no slices, a slice pasted next to them is one', () => {
  const [columns, rows] = [900, 420];
  const data = new Uint8Array(columns * rows * 3).fill(255);
  const slice = madeSlice(256, 208);
  for (let y = 0; y < slice.rows; y++)
    data.set(slice.data.subarray(y * 768, (y + 1) * 768), 3 * ((100 + y) * columns + 60));
  // An arrow from the slice to a box of thin lines: no straight gutter goes around the slice.
  for (let x = 316; x < 880; x++)
    data.fill(0, 3 * (204 * columns + x), 3 * (204 * columns + x + 1));
  for (let x = 500; x < 880; x++) data.fill(0, 3 * (60 * columns + x), 3 * (60 * columns + x + 1));
  for (let y = 20; y < 400; y++) data.fill(0, 3 * (y * columns + 30), 3 * (y * columns + 33));
  expect(slices({ columns, rows, data })).toBe(1);
});
