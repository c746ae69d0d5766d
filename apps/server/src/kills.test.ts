import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { expectedProbability } from './inference/inference.fixture.js';
import { ask, greyPng, startTestServer } from './server.fixture.js';

/** A few in every test run; `GROUNDGLASS_KILLS=100` for the full number, which takes minutes. */
const kills = Number(process.env.GROUNDGLASS_KILLS ?? 12);

test(`${kills} processes killed under load: every request is answered once, correctly`, async () => {
  await using server = await startTestServer({
    copied: ['lesion-rule'],
    processes: 2,
    decoders: 2,
    timeoutSeconds: 120,
  });
  const { inferencePool, codecs, spoolDir } = server.services;
  let running = true;
  let sent = 0;
  const wrong: string[] = [];
  const caller = async (number: number): Promise<void> => {
    for (let round = 0; running; round++) {
      const grey = (number * 31 + round * 7) % 256;
      const expected = expectedProbability(grey / 255);
      sent++;
      const answer =
        round % 2 === 0
          ? await ask(`${server.url}/v1/predictions?mask=0`, {
              method: 'POST',
              body: greyPng(grey),
            })
          : await ask(`${server.url}/v2/models/lesion-rule/infer`, {
              method: 'POST',
              body: JSON.stringify({
                inputs: [
                  {
                    name: 'image',
                    datatype: 'FP32',
                    shape: [1, 1, 1, 2],
                    data: [grey / 255, grey / 255],
                  },
                ],
                outputs: [{ name: 'probability' }],
              }),
            });
      const [, found] =
        /"probability":([\d.e-]+)|"data":\[([\d.e-]+)\]/.exec(answer.text)?.filter(Boolean) ?? [];
      if (answer.status !== 200 || Math.abs(Number(found) - expected) > 1e-4) {
        wrong.push(`${answer.status} ${answer.text.slice(0, 120)}, expected ${expected}`);
      }
    }
  };
  const callers = Array.from({ length: 12 }, (_, number) => caller(number));
  const killed = new Set<number>();
  while (killed.size < kills) {
    await Promise.all([inferencePool.whenReady(), codecs.whenReady()]);
    const inference = inferencePool.slots.map((slot) => slot.pid!);
    const victims = killed.size % 10 === 0 ? codecs.pids : inference;
    // A process that was killed a moment ago may not be reported dead yet.
    const victim = victims.find((pid) => !killed.has(pid));
    if (victim !== undefined) {
      process.kill(victim, 'SIGKILL');
      killed.add(victim);
    }
    // Long enough that work is under way again, short enough that it is still the same requests.
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  running = false;
  await Promise.all(callers);
  expect(wrong).toEqual([]);
  expect(sent).toBeGreaterThan(kills);
  await server.services.scheduler.drain();
  await expect.poll(() => readdir(spoolDir)).toEqual([]);
  const { text } = await ask(`${server.url}/metrics`);
  const restarts = [...text.matchAll(/process_restarts_total\{process="\w+"\} (\d+)/g)].map(
    ([, n]) => Number(n),
  );
  // Every kill is counted; a busy machine may add one.
  expect(restarts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(kills);
}, 600_000);
