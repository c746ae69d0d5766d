import { expect, test } from 'vitest';
import { invert } from '../imaging/bit-mask.js';
import { findBody } from './find-body.js';
import { linesOf, maskOf } from '../imaging/bit-masks.fixture.js';

/** The body that is found in a picture whose `#` is tissue and whose `.` is as dark as air. */
const bodyOf = (lines: readonly string[]) => linesOf(findBody(invert(maskOf(lines).bits)));

test('the body is what is left without the air that holds a corner, with the lung in it', () => {
  expect(bodyOf(['.......', '.#####.', '.##.##.', '.#####.', '.......'])).toEqual([
    '.......',
    '.#####.',
    '.#####.',
    '.#####.',
    '.......',
  ]);
});

test('air in one corner alone is the room, whichever corner it is', () => {
  const upperLeft = ['..#####', '..#####', '#######', '###.###', '#######'];
  const expected = ['..#####', '..#####', '#######', '#######', '#######'];
  const mirrored = (lines: string[]) => lines.map((line) => Array.from(line).reverse().join(''));
  for (const turn of [(lines: string[]) => lines, (lines: string[]) => [...lines].reverse()]) {
    expect(bodyOf(turn(upperLeft))).toEqual(turn(expected));
    expect(bodyOf(mirrored(turn(upperLeft)))).toEqual(mirrored(turn(expected)));
  }
});

test('air that lies across the whole picture parts the body from the table', () => {
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

test('a picture without the room is body all over', () => {
  expect(bodyOf(['#####', '#.#.#', '#####'])).toEqual(['#####', '#####', '#####']);
});
