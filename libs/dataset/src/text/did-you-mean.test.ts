import { expect, test } from 'vitest';
import { nearestWord } from './did-you-mean.js';

test.each([
  ['trian', ['train', 'val', 'test'], 'train'],
  ['Train', ['train'], 'train'],
  ['a b.png', ['a_b.jpg'], 'a_b.jpg'],
  ['Cafe\u0301', ['Caf\u00e9'], 'Caf\u00e9'],
  ['covd', ['non-covid', 'covid'], 'covid'],
  ['trains', ['trains'], undefined],
  ['lorem', ['train', 'val', 'test'], undefined],
])('of %j, %j, the nearest is %j', (word, candidates, nearest) => {
  expect(nearestWord(word, candidates)).toBe(nearest);
});
