import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Activity } from './activity.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('memory is given back once after each time of work, and after the start where that is asked for', async () => {
  const activity = new Activity(true);
  const renewals: number[] = [];
  const began = performance.now();
  activity.whenIdle(60_000, () => {
    renewals.push(Math.round((performance.now() - began) / 1000));
    return Promise.resolve();
  });
  await vi.advanceTimersByTimeAsync(600_000);
  expect(renewals).toEqual([60]);
  const end = activity.begin();
  // Work that takes longer than the rest is never interrupted.
  await vi.advanceTimersByTimeAsync(200_000);
  expect(renewals).toEqual([60]);
  end();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(renewals).toEqual([60, 860]);
});

test('a server that was not asked anything has nothing to give back', async () => {
  const renew = vi.fn(() => Promise.resolve());
  new Activity().whenIdle(60_000, renew);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(renew).not.toHaveBeenCalled();
});
