import { expect, test } from 'vitest';
import { mix32, SeededRandom } from './seeded-random.js';

const take = (...seeds: number[]): number[] => {
  const random = new SeededRandom(...seeds);
  return Array.from({ length: 4 }, () => random.uniform());
};

test('mix32 is lowbias32 as its author defines it', () => {
  for (const value of [0, 1, 2, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    expect(mix32(value)).toBe(definition(BigInt(value)));
  }
});

/** The definition in unbounded integers, masked to 32 bits. */
function definition(value: bigint): number {
  const mask = 0xffff_ffffn;
  let x = value;
  x = ((x ^ (x >> 16n)) * 0x21f0aaadn) & mask;
  x = ((x ^ (x >> 15n)) * 0xd35a2d97n) & mask;
  return Number(x ^ (x >> 15n));
}

test('the same seeds give the same stream; other seeds or another order give another', () => {
  expect(take(7, 2)).toEqual(take(7, 2));
  expect(take(7, 2)).not.toEqual(take(2, 7));
  expect(take(7)).not.toEqual(take(8));
});

test('a seed keeps its stream: splits, samples and phantoms depend on it', () => {
  expect(take(1)).toEqual([
    0.40807130839675665, 0.22608712874352932, 0.6878172082360834, 0.4717998078558594,
  ]);
});

test('whole numbers come equally often, both ends included', () => {
  const random = new SeededRandom(3);
  const counts = Array.from({ length: 10 }, () => 0);
  for (let i = 0; i < 100_000; i++) counts[random.below(10)]! += 1;
  // Standard deviation of each count: √(100000 · 0.1 · 0.9) = 95; five of them.
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  const ends = new Set(Array.from({ length: 200 }, () => random.integer(-1, 2)));
  expect([...ends].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
});

test('uniform numbers fill [low, high) with the mean in the middle', () => {
  const random = new SeededRandom(5);
  const values = Array.from({ length: 20_000 }, () => random.uniform(2, 6));
  expect(Math.min(...values)).toBeGreaterThanOrEqual(2);
  expect(Math.max(...values)).toBeLessThan(6);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  // Standard error of the mean: 4 / √12 / √20000 = 0.0082; five of them.
  expect(Math.abs(mean - 4)).toBeLessThan(0.041);
});

test('chance follows its probability', () => {
  const random = new SeededRandom(9);
  let hits = 0;
  for (let i = 0; i < 10_000; i++) hits += random.chance(0.2) ? 1 : 0;
  // Standard deviation: √(10000 · 0.2 · 0.8) = 40; five of them.
  expect(Math.abs(hits - 2000)).toBeLessThan(200);
});

test('shuffled gives every order equally often and does not modify its input', () => {
  const items = ['a', 'b', 'c'] as const;
  const counts = new Map<string, number>();
  const random = new SeededRandom(11);
  for (let i = 0; i < 6000; i++) {
    const order = random.shuffled(items).join('');
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(items).toEqual(['a', 'b', 'c']);
  expect(counts.size).toBe(6);
  // Standard deviation: √(6000 · 1/6 · 5/6) = 29; five of them.
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
});
