import { expect, test } from 'vitest';
import { lungRegions } from '../index.js';
import { drawSlice, thorax } from './thorax.fixture.js';

const size = { columns: 320, rows: 320, unit: 'HU' } as const;

test('the hull includes both lungs and what is between them, but not the chest wall', () => {
  const { lungs, hull } = lungRegions(drawSlice(size, -1000, thorax))!;
  const at = (x: number, y: number) => Math.floor(y * 320) * 320 + Math.floor(x * 320);
  // A lung, the mediastinum, the wall next to a lung (which ends at 0.17, the hull 0.03 of the side before it), the room.
  expect([at(0.3, 0.5), at(0.5, 0.5), at(0.12, 0.5), at(0.02, 0.02)].map((i) => lungs[i])).toEqual([
    1, 0, 0, 0,
  ]);
  expect([at(0.3, 0.5), at(0.5, 0.5), at(0.12, 0.5), at(0.02, 0.02)].map((i) => hull[i])).toEqual([
    1, 1, 0, 0,
  ]);
  expect(hull[at(0.155, 0.5)]).toBe(1);
});

test('there are no regions if no lung was found', () => {
  expect(lungRegions(drawSlice(size, -1000, thorax.slice(0, 1)))).toBeUndefined();
});
