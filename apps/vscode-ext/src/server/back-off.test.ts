import { expect, test } from 'vitest';
import { BackOff } from './back-off.js';

test('waits double from a second to half a minute, then it gives up', () => {
  const backOff = new BackOff(7);
  const waits = Array.from({ length: 8 }, () => backOff.next());
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, undefined]);
});

test('a server that has worked restarts at once', () => {
  const backOff = new BackOff(1);
  backOff.next();
  expect(backOff.next()).toBeUndefined();
  backOff.reset();
  expect(backOff.next()).toBe(1000);
});
