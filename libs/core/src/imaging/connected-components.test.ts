import { expect, test } from 'vitest';
import { connectedComponents, maskOfRegions } from './connected-components.js';
import { linesOf, maskOf, morphologyGolden } from './bit-masks.fixture.js';

test.each(morphologyGolden)(
  'connectedComponents finds the regions that scipy.ndimage finds',
  (golden) => {
    const { bits } = maskOf(golden.mask);
    const areas = (connectivity: 4 | 8) =>
      connectedComponents(bits, connectivity).components.map(({ area }) => area);
    expect(areas(4)).toEqual(golden.areas4);
    expect(areas(8)).toEqual(golden.areas8);
    expect(
      connectedComponents(bits, 8).components.map((c) => [c.left, c.top, c.columns, c.rows]),
    ).toEqual(golden.boxes8);
  },
);

test('a diagonal neighbour belongs to the region only where corners connect', () => {
  const { bits } = maskOf(['#..', '.#.', '..#']);
  expect(connectedComponents(bits, 4).components).toHaveLength(3);
  expect(connectedComponents(bits, 8).components).toHaveLength(1);
});

test('a region does not continue from the end of a row into the next', () => {
  const { bits } = maskOf(['..#', '#..']);
  expect(connectedComponents(bits, 8).components).toHaveLength(2);
});

test('connectedComponents labels the pixels and counts those on the border', () => {
  const { bits } = maskOf(['#....', '##.#.', '...#.', '.....']);
  const found = connectedComponents(bits);
  expect(found.components).toEqual([
    { label: 1, area: 3, left: 0, top: 0, columns: 2, rows: 2, borderPixels: 2 },
    { label: 2, area: 2, left: 3, top: 1, columns: 1, rows: 2, borderPixels: 0 },
  ]);
  expect(linesOf(maskOfRegions(found, new Set([1])))).toEqual(['#....', '##...', '.....', '.....']);
  expect(linesOf(maskOfRegions(found, new Set([2])))).toEqual(['.....', '...#.', '...#.', '.....']);
});

test('a pixel of a picture of one column is counted on the border once', () => {
  const { components } = connectedComponents(maskOf(['.', '#', '.']).bits);
  expect(components.map(({ borderPixels }) => borderPixels)).toEqual([1]);
});

test('a region continues across the words of a bit mask', () => {
  const line = '.'.repeat(30) + '#'.repeat(70) + '.';
  const { bits } = maskOf([line, '.'.repeat(101), line]);
  const found = connectedComponents(bits);
  expect(found.components.map(({ left, columns, area }) => [left, columns, area])).toEqual([
    [30, 70, 70],
    [30, 70, 70],
  ]);
  expect(linesOf(maskOfRegions(found, new Set([1, 2])))).toEqual([line, '.'.repeat(101), line]);
});
