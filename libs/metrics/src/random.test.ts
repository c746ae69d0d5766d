import { expect, test } from 'vitest';
import { randomBelow, seededRandom, xoshiro128 } from './random.js';

test("xoshiro128** gives its authors' stream from state 1, 2, 3, 4", () => {
  const random = xoshiro128([1, 2, 3, 4]);
  // The reference C code's first ten, as rand_xoshiro tests them.
  expect(Array.from({ length: 10 }, () => random())).toEqual([
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597,
    4258142804,
  ]);
});

test('the same seed gives the same stream, the next seed another', () => {
  const take = (seed: number): number[] => {
    const random = seededRandom(seed);
    return Array.from({ length: 5 }, () => random());
  };
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
});

test('integers below a bound come equally often', () => {
  const random = seededRandom(1);
  const counts = [0, 0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 70_000; i++) counts[randomBelow(random, 7)]! += 1;
  // Standard deviation of each count: √(70000 · 1/7 · 6/7) = 93; five of them.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(465);
});

test('draws from the incomplete last block are thrown away', () => {
  // 2^32 is 429496729 tens and 6 over: the last 6 words would favour 0 to 5.
  const words = [2 ** 32 - 1, 2 ** 32 - 6, 2 ** 32 - 7];
  expect(randomBelow(() => words.shift()!, 10)).toBe(9);
});
