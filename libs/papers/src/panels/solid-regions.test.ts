import { expect, test } from 'vitest';
import { solidRegions } from './solid-regions.js';

/** `#` is inside. */
function maskOf(lines: readonly string[]): {
  mask: Uint8Array;
  size: { columns: number; rows: number };
} {
  const columns = lines[0]!.length;
  return {
    mask: Uint8Array.from(lines.join(''), (mark) => (mark === '#' ? 1 : 0)),
    size: { columns, rows: lines.length },
  };
}

test('a line attached to a solid block is removed, and the block keeps its own box', () => {
  const blank = Array.from({ length: 4 }, () => '.'.repeat(24));
  const block = `....${'#'.repeat(6)}${'.'.repeat(14)}`;
  const { mask, size } = maskOf([
    ...blank,
    ...[block, block, block, `....${'#'.repeat(20)}`, block, block],
    ...blank,
  ]);
  // Opened with 3 × 3: the line is 1 pixel thick, the block 6 × 6.
  expect(solidRegions(mask, size, 1)).toEqual([{ left: 4, top: 4, columns: 6, rows: 6 }]);
});

test('blocks more than four pixels apart are two, nearer ones are closed to one', () => {
  const row = (gap: number): string => `....${'#'.repeat(6)}${'.'.repeat(gap)}${'#'.repeat(6)}....`;
  const boxes = (gap: number) => {
    const { mask, size } = maskOf([
      ...Array.from({ length: 4 }, () => '.'.repeat(20 + gap)),
      ...Array.from({ length: 6 }, () => row(gap)),
      ...Array.from({ length: 4 }, () => '.'.repeat(20 + gap)),
    ]);
    return solidRegions(mask, size, 1).map(({ left, columns }) => [left, columns]);
  };
  // Holes up to twice the closing's reach of 2 are filled.
  expect(boxes(4)).toEqual([[4, 16]]);
  expect(boxes(5)).toEqual([
    [4, 6],
    [15, 6],
  ]);
});

test('regions at the border of the picture keep their sides', () => {
  const { mask, size } = maskOf([
    ...Array.from({ length: 4 }, () => '#####.....'),
    ...Array.from({ length: 4 }, () => '..........'),
  ]);
  expect(solidRegions(mask, size, 1)).toEqual([{ left: 0, top: 0, columns: 5, rows: 4 }]);
});

test('a frame is not solid: it fills too little of its box', () => {
  const side = 24;
  const { mask, size } = maskOf(
    Array.from({ length: side }, (_, y) =>
      Array.from({ length: side }, (_unused, x) =>
        Math.min(x, y, side - 1 - x, side - 1 - y) < 3 ? '#' : '.',
      ).join(''),
    ),
  );
  // 24² − 18² = 252 of 576 pixels, less than a half.
  expect(solidRegions(mask, size, 1)).toEqual([]);
});
