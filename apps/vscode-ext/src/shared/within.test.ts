import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { within } from './within.js';

const forever = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      reject(new Error('aborted'));
    });
  });

test('silence ends the work with CT_TIMEOUT', async () => {
  await expect(within(20, undefined, forever)).rejects.toMatchObject({ code: 'CT_TIMEOUT' });
});

test('signs of life keep it running for longer than one silence', async () => {
  const work = async (signal: AbortSignal, alive: () => void) => {
    for (let sign = 0; sign < 6; sign++) {
      await wait(50);
      alive();
    }
    return signal.aborted;
  };
  expect(await within(250, undefined, work)).toBe(false);
});

test("the caller's abort is not reported as silence", async () => {
  const caller = new AbortController();
  const call = within(10_000, caller.signal, forever);
  caller.abort();
  await expect(call).rejects.toThrow('aborted');
});
