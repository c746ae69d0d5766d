import { expect, test } from 'vitest';
import { visibleTiles } from './visible-tiles.js';

test('visible tiles and three beyond each edge are made, of however many pictures', () => {
  expect(visibleTiles(0, 800, 80, 100_000)).toEqual({ from: 0, to: 13 });
  expect(visibleTiles(80 * 50_000, 800, 80, 100_000)).toEqual({ from: 49_997, to: 50_013 });
  expect(visibleTiles(80 * 99_990, 800, 80, 100_000)).toEqual({ from: 99_987, to: 100_000 });
});

test('a strip of few pictures has no tiles beyond them', () => {
  expect(visibleTiles(0, 800, 80, 2)).toEqual({ from: 0, to: 2 });
  expect(visibleTiles(5000, 800, 80, 2)).toEqual({ from: 2, to: 2 });
});
