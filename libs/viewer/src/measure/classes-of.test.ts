import { expect, test } from 'vitest';
import { classesOf } from './classes-of.js';

test('a binary mask has no classes, whether written as 1 or as 255', () => {
  expect(classesOf(Uint8Array.of(0, 1, 1))).toEqual([]);
  expect(classesOf(Uint8Array.of(0, 255))).toEqual([]);
  expect(classesOf(new Uint8Array(4))).toEqual([]);
});

test('a mask of several numbers has them as classes, a soft one has none', () => {
  expect(classesOf(Uint8Array.of(3, 0, 1, 2, 3))).toEqual([1, 2, 3]);
  expect(classesOf(Uint8Array.of(0, 2))).toEqual([2]);
  expect(classesOf(Uint8Array.from({ length: 200 }, (_, at) => at))).toEqual([]);
});
