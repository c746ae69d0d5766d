import { expect, test } from 'vitest';
import { invert } from '../imaging/bit-mask.js';
import { findBody } from './find-body.js';
import { linesOf, maskOf } from '../imaging/bit-masks.fixture.js';

/** The body found in a picture whose `#` is tissue and whose `.` is as dark as air. */
const bodyOf = (lines: readonly string[]) => linesOf(findBody(invert(maskOf(lines).bits)));

test('the body is what remains without the air that touches a corner, including the lung', () => {
  expect(bodyOf(['.......', '.#####.', '.##.##.', '.#####.', '.......'])).toEqual([
    '.......',
    '.#####.',
    '.#####.',
    '.#####.',
    '.......',
  ]);
});

test('air in only one corner is the room, whichever corner it is', () => {
  const upperLeft = ['..#####', '..#####', '#######', '###.###', '#######'];
  const expected = ['..#####', '..#####', '#######', '#######', '#######'];
  const mirrored = (lines: string[]) => lines.map((line) => Array.from(line).reverse().join(''));
  for (const turn of [(lines: string[]) => lines, (lines: string[]) => [...lines].reverse()]) {
    expect(bodyOf(turn(upperLeft))).toEqual(turn(expected));
    expect(bodyOf(mirrored(turn(upperLeft)))).toEqual(mirrored(turn(expected)));
  }
});

test('a full-width band of air separates the body from the table', () => {
  const body = ['#######', '###.###', '#######', '#######'];
  expect(bodyOf([...body, '.......', '#######'])).toEqual([
    '#######',
    '#######',
    '#######',
    '#######',
    '.......',
    '.......',
  ]);
});

test('a picture without the room is all body', () => {
  expect(bodyOf(['#####', '#.#.#', '#####'])).toEqual(['#####', '#####', '#####']);
});

test('a thin bridge between the body and the table is cut, a thick one is not', () => {
  // 400 pixels wide: bridges thinner than twice 0.006 of it, 4.8 pixels, are cut.
  const picture = (bridge: number) =>
    Array.from({ length: 200 }, (_, row) =>
      Array.from({ length: 400 }, (_, column) => {
        const inBody = row >= 10 && row < 120 && column >= 60 && column < 340;
        const inTable = row >= 150 && row < 170 && column >= 60 && column < 340;
        const inBridge = row >= 120 && row < 150 && column >= 200 && column < 200 + bridge;
        return inBody || inTable || inBridge ? '#' : '.';
      }).join(''),
    );
  expect(bodyOf(picture(3))[160]).not.toContain('#');
  expect(bodyOf(picture(12))[160]).toContain('#');
});
