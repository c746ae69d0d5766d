import { assignSplit } from '@groundglass/dataset';
import { expect, test } from 'vitest';
import { splitsOfPapers, type PaperGroup } from './splits-of-papers.js';

/** Names that the hash sends to a split. */
const namesOf = (split: string, count: number): string[] =>
  Array.from({ length: 400 }, (_, i) => `paper-${i}`)
    .filter((name) => assignSplit(name) === split)
    .slice(0, count);
const splitsIn = (groups: readonly PaperGroup[]) => [...splitsOfPapers(groups).values()];

test('of two papers that both would train, the smaller one with both labels validates', () => {
  const [a, b] = namesOf('train', 2) as [string, string];
  expect(
    splitsIn([
      { name: a, positive: 2, negative: 1 },
      { name: b, positive: 5, negative: 4 },
    ]),
  ).toEqual(['val', 'train']);
});

test('two papers that both would be tested train and validate', () => {
  const [a, b] = namesOf('test', 2) as [string, string];
  expect(
    splitsIn([
      { name: a, positive: 3, negative: 2 },
      { name: b, positive: 1, negative: 1 },
    ]),
  ).toEqual(['train', 'val']);
});

test('papers whose names give both splits both labels stay where they are', () => {
  const [train] = namesOf('train', 1) as [string];
  const [val] = namesOf('val', 1) as [string];
  expect(
    splitsIn([
      { name: train, positive: 1, negative: 1 },
      { name: val, positive: 6, negative: 3 },
    ]),
  ).toEqual(['train', 'val']);
});

test('a paper that has all of the labels trains', () => {
  const [a, b] = namesOf('test', 2) as [string, string];
  expect(
    splitsIn([
      { name: a, positive: 4, negative: 2 },
      { name: b, positive: 0, negative: 0 },
    ]),
  ).toEqual(['train', 'test']);
});

test('of figures with one label each, the smallest of both labels validate', () => {
  const names = namesOf('train', 4);
  const groups = names.map((name, i) => ({
    ...{ name, positive: i % 2 === 0 ? i + 1 : 0, negative: i % 2 === 0 ? 0 : i + 1 },
  }));
  expect(splitsIn(groups)).toEqual(['val', 'val', 'train', 'train']);
});
