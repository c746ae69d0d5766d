import { expect, test } from 'vitest';
import { neighbours, SliceCache } from './slice-cache.js';

/** A cache over requests that the test answers manually. */
function manualCache(maxBytes: number) {
  const requests: { index: number; answer: (text: string) => void; signal: AbortSignal }[] = [];
  const cache = new SliceCache<string>({
    load: (index, signal) =>
      new Promise((answer) => {
        requests.push({ index, answer, signal });
      }),
    sizeOf: (text) => text.length,
    maxBytes,
  });
  return { cache, requests };
}

test('a slice is requested once while its request is pending, and not again once it is cached', async () => {
  const { cache, requests } = manualCache(100);
  const [first, second] = [cache.load(3), cache.load(3)];
  expect(requests).toHaveLength(1);
  requests[0]!.answer('three');
  expect(await Promise.all([first, second])).toEqual(['three', 'three']);
  expect(await cache.load(3)).toBe('three');
  expect(requests).toHaveLength(1);
});

test('the least recently used slice is evicted first when memory is full', async () => {
  const { cache, requests } = manualCache(10);
  for (const index of [0, 1]) {
    const loaded = cache.load(index);
    requests.at(-1)!.answer('12345');
    await loaded;
  }
  cache.peek(0);
  const third = cache.load(2);
  requests.at(-1)!.answer('12345');
  await third;
  expect(cache.peek(1)).toBeUndefined();
  expect(cache.peek(0)).toBe('12345');
  expect(cache.bytes).toBe(10);
});

test('a slice larger than the limit is kept alone', async () => {
  const { cache, requests } = manualCache(3);
  const loaded = cache.load(0);
  requests[0]!.answer('12345');
  await loaded;
  expect(cache.peek(0)).toBe('12345');
});

test('requests that are no longer wanted are aborted and their late responses dropped', async () => {
  const { cache, requests } = manualCache(100);
  const stale = cache.load(0);
  const wanted = cache.load(1);
  cache.abortExcept(new Set([1]));
  expect(requests.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  requests[0]!.answer('late');
  requests[1]!.answer('one');
  await Promise.all([stale, wanted]);
  expect(cache.peek(0)).toBeUndefined();
  expect(cache.peek(1)).toBe('one');
});

test('a failed request is tried again', async () => {
  let tries = 0;
  const cache = new SliceCache<string>({
    load: () => (tries++ === 0 ? Promise.reject(new Error('no')) : Promise.resolve('yes')),
    sizeOf: () => 1,
    maxBytes: 10,
  });
  await expect(cache.load(0)).rejects.toThrow('no');
  expect(await cache.load(0)).toBe('yes');
});

test('the slices ahead are fetched before those behind, within the volume', () => {
  expect(neighbours(5, 1, 3, 100)).toEqual([6, 4, 7, 8]);
  expect(neighbours(5, -1, 3, 100)).toEqual([4, 6, 3, 2]);
  expect(neighbours(0, -1, 3, 2)).toEqual([1]);
});
