import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyMask, linesOf, maskOf, morphologyGolden } from './masks.fixture.js';
import { close, dilate, erode, fillHoles, open } from './morphology.js';

describe.each(morphologyGolden)('morphology with a disc of $radius', (golden) => {
  const { mask, size } = maskOf(golden.mask);
  test.each([
    ['dilate', dilate(mask, size, golden.radius), golden.dilated],
    ['erode', erode(mask, size, golden.radius), golden.eroded],
    ['open', open(mask, size, golden.radius), golden.opened],
    ['close', close(mask, size, golden.radius), golden.closed],
    ['fillHoles', fillHoles(mask, size), golden.filled],
  ])('%s answers what scipy.ndimage answers', (_, actual, expected) => {
    expect(linesOf(actual, size)).toEqual(expected);
  });
});

test('dilate makes a disc of a pixel', () => {
  const { mask, size } = maskOf(['.....', '.....', '..#..', '.....', '.....']);
  expect(linesOf(dilate(mask, size, 2), size)).toEqual([
    '..#..',
    '.###.',
    '#####',
    '.###.',
    '..#..',
  ]);
});

test('erode does not eat from the border of the picture', () => {
  const { mask, size } = maskOf(['###.', '###.', '###.']);
  expect(linesOf(erode(mask, size, 1), size)).toEqual(['##..', '##..', '##..']);
});

test('fillHoles leaves open what a diagonal gap does not connect, and what reaches the border', () => {
  const { mask, size } = maskOf(['.####', '##..#', '#.#.#', '#####', '.#.#.']);
  expect(linesOf(fillHoles(mask, size), size)).toEqual([
    '.####',
    '#####',
    '#####',
    '#####',
    '.#.#.',
  ]);
});

test('closing holds the mask, the mask holds its opening, and doing either twice changes nothing', () => {
  fc.assert(
    fc.property(anyMask, fc.double({ min: 0, max: 4, noNaN: true }), ({ mask, size }, radius) => {
      const closed = close(mask, size, radius);
      const opened = open(mask, size, radius);
      mask.forEach((value, i) => {
        expect(closed[i]).toBeGreaterThanOrEqual(value);
        expect(opened[i]).toBeLessThanOrEqual(value);
      });
      expect(close(closed, size, radius)).toEqual(closed);
      expect(open(opened, size, radius)).toEqual(opened);
    }),
    { seed: 5 },
  );
});

test('an empty and a full mask stay as they are', () => {
  const size = { columns: 4, rows: 3 };
  for (const mask of [new Uint8Array(12), new Uint8Array(12).fill(1)]) {
    for (const operation of [dilate, erode, open, close]) {
      expect(operation(mask, size, 2)).toEqual(mask);
    }
    expect(fillHoles(mask, size)).toEqual(mask);
  }
});
