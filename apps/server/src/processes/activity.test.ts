import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Activity } from './activity.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test('memory is released once after each period of work, and after the start if requested', async () => {
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
  // Work that takes longer than the idle time is never interrupted.
  await vi.advanceTimersByTimeAsync(200_000);
  expect(renewals).toEqual([60]);
  end();
  await vi.advanceTimersByTimeAsync(300_000);
  expect(renewals).toEqual([60, 860]);
});

test('a server without requests has no memory to release', async () => {
  const renew = vi.fn(() => Promise.resolve());
  new Activity().whenIdle(60_000, renew);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(renew).not.toHaveBeenCalled();
});
