import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CannotStart, Supervisor } from './supervisor.js';

/** A child that exits at once at its first `starts` starts and is ready at the next. */
const brokenFor = (starts: number): string => `
import { existsSync, writeFileSync } from 'node:fs';
let start = 0;
while (existsSync(new URL('./' + start, import.meta.url))) start++;
writeFileSync(new URL('./' + start, import.meta.url), '');
if (start < ${starts}) process.exit(1);
process.send({ type: 'ready' });
setInterval(() => {}, 1000);
`;

async function supervise(
  starts: number,
  work: (supervisor: Supervisor<Record<string, never>>, crashes: () => number) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'groundglass-test-'));
  const modulePath = join(dir, 'child.mjs');
  await writeFile(modulePath, brokenFor(starts));
  let crashes = 0;
  const supervisor = new Supervisor<Record<string, never>>({
    modulePath,
    onCrash: () => {
      crashes++;
    },
  });
  try {
    await work(supervisor, () => crashes);
  } finally {
    await supervisor.close();
    await rm(dir, { recursive: true });
  }
}

test('waits for a child that exits at its first starts', async () => {
  await supervise(3, async (supervisor, crashes) => {
    await supervisor.whenReady();
    expect(crashes()).toBe(3);
    expect(supervisor.failing).toBe(false);
  });
});

test('reports a child that never becomes ready, and retries with growing pauses', async () => {
  await supervise(6, async (supervisor, crashes) => {
    await expect(supervisor.whenReady()).rejects.toThrow(CannotStart);
    expect(supervisor.failing).toBe(true);
    // Six starts, and 0.1, 0.2, 0.4, 0.8 and 1.6 s between them.
    expect(crashes()).toBe(6);
    // The seventh start succeeds and ends the failure.
    await expect.poll(() => supervisor.current !== undefined, { timeout: 60_000 }).toBe(true);
    expect(supervisor.failing).toBe(false);
    await supervisor.whenReady();
  });
});
