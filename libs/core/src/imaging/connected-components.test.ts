import { expect, test } from 'vitest';
import { connectedComponents } from './connected-components.js';
import { maskOf, morphologyGolden } from './masks.fixture.js';

test.each(morphologyGolden)(
  'connectedComponents finds the regions that scipy.ndimage finds',
  (golden) => {
    const { mask, size } = maskOf(golden.mask);
    const areas = (connectivity: 4 | 8) =>
      connectedComponents(mask, size, connectivity).components.map(({ area }) => area);
    expect(areas(4)).toEqual(golden.areas4);
    expect(areas(8)).toEqual(golden.areas8);
    expect(
      connectedComponents(mask, size, 8).components.map((c) => [c.left, c.top, c.columns, c.rows]),
    ).toEqual(golden.boxes8);
  },
);

test('a diagonal neighbour belongs to the region only where corners connect', () => {
  const { mask, size } = maskOf(['#..', '.#.', '..#']);
  expect(connectedComponents(mask, size, 4).components).toHaveLength(3);
  expect(connectedComponents(mask, size, 8).components).toHaveLength(1);
});

test('a region does not run over the end of a row into the next', () => {
  const { mask, size } = maskOf(['..#', '#..']);
  expect(connectedComponents(mask, size, 8).components).toHaveLength(2);
});

test('connectedComponents labels the pixels and counts those on the border', () => {
  const { mask, size } = maskOf(['#....', '##.#.', '...#.', '.....']);
  const { labels, components } = connectedComponents(mask, size);
  // prettier-ignore
  expect([...labels]).toEqual([
    1, 0, 0, 0, 0,
    1, 1, 0, 2, 0,
    0, 0, 0, 2, 0,
    0, 0, 0, 0, 0,
  ]);
  expect(components).toEqual([
    { label: 1, area: 3, left: 0, top: 0, columns: 2, rows: 2, borderPixels: 2 },
    { label: 2, area: 2, left: 3, top: 1, columns: 1, rows: 2, borderPixels: 0 },
  ]);
});
