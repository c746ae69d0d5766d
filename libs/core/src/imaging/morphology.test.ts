import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyMask, intersect, invert } from './bit-mask.js';
import { anyMask, linesOf, maskOf, morphologyGolden, toBits } from './bit-masks.fixture.js';
import { close, dilate, erode, fillHoles, open } from './morphology.js';

describe.each(morphologyGolden)('morphology with a disc of $radius', (golden) => {
  const { bits } = maskOf(golden.mask);
  test.each([
    ['dilate', dilate(bits, golden.radius), golden.dilated],
    ['erode', erode(bits, golden.radius), golden.eroded],
    ['open', open(bits, golden.radius), golden.opened],
    ['close', close(bits, golden.radius), golden.closed],
    ['fillHoles', fillHoles(bits), golden.filled],
  ])('%s answers what scipy.ndimage answers', (_, actual, expected) => {
    expect(linesOf(actual)).toEqual(expected);
  });
});

test('dilate makes a disc of a pixel', () => {
  const { bits } = maskOf(['.....', '.....', '..#..', '.....', '.....']);
  expect(linesOf(dilate(bits, 2))).toEqual(['..#..', '.###.', '#####', '.###.', '..#..']);
});

test('erode does not erode from the border of the picture', () => {
  const { bits } = maskOf(['###.', '###.', '###.']);
  expect(linesOf(erode(bits, 1))).toEqual(['##..', '##..', '##..']);
});

test('fillHoles fills enclosed regions and leaves those that reach the border', () => {
  const { bits } = maskOf(['.####', '##..#', '#.#.#', '#####', '.#.#.']);
  expect(linesOf(fillHoles(bits))).toEqual(['.####', '#####', '#####', '#####', '.#.#.']);
});

test('closing contains the mask, the mask contains its opening, and doing either twice changes nothing', () => {
  fc.assert(
    fc.property(anyMask, fc.double({ min: 0, max: 4, noNaN: true }), ({ mask, size }, radius) => {
      const bits = toBits(mask, size);
      const closed = close(bits, radius);
      const opened = open(bits, radius);
      expect(intersect(bits, closed)).toEqual(bits);
      expect(intersect(bits, opened)).toEqual(opened);
      expect(close(closed, radius)).toEqual(closed);
      expect(open(opened, radius)).toEqual(opened);
    }),
    { seed: 5 },
  );
});

test('a disc holds the pixels whose centres are within its radius, in pictures wider than a word of bits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 30, max: 100 }),
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 40, noNaN: true }),
      fc.nat(),
      fc.nat(),
      (columns, rows, radius, x, y) => {
        const [column, row] = [x % columns, y % rows];
        const size = { columns, rows };
        const pixel = new Uint8Array(columns * rows);
        pixel[row * columns + column] = 1;
        const disc = pixel.map((_, at) => {
          const [dx, dy] = [(at % columns) - column, Math.floor(at / columns) - row];
          return dx * dx + dy * dy <= radius * radius ? 1 : 0;
        });
        const dilated = dilate(toBits(pixel, size), radius);
        expect(dilated).toEqual(toBits(disc, size));
        const holed = erode(invert(toBits(pixel, size)), radius);
        expect(holed).toEqual(invert(toBits(disc, size)));
      },
    ),
    { seed: 6 },
  );
});

test('an empty and a full mask stay as they are', () => {
  const size = { columns: 4, rows: 3 };
  for (const mask of [emptyMask(size), invert(emptyMask(size))]) {
    for (const operation of [dilate, erode, open, close]) {
      expect(operation(mask, 2)).toEqual(mask);
    }
    expect(fillHoles(mask)).toEqual(mask);
  }
});
