import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GroundglassClient } from '@groundglass/client';
import { expect, test } from 'vitest';
import { metaImage, startTestServer } from './server.fixture.js';

/** Proportional set size of a process in MiB: shared pages are divided between the processes. */
async function mebibytesOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  return Number(/^Pss:\s+(\d+)/m.exec(text)![1]) / 1024;
}

test.runIf(process.platform === 'linux')(
  'with --low-memory the children that had a volume are replaced by small ones that are ready',
  async () => {
    await using server = await startTestServer({
      models: join(import.meta.dirname, '../../../models'),
      lowMemory: true,
    });
    const { inferencePool, codecs } = server.services;
    const pids = () => [...codecs.pids, ...inferencePool.slots.map(({ pid }) => pid!)];
    const held = async () => {
      const each = await Promise.all(pids().map(mebibytesOf));
      return each.reduce((sum, mebibytes) => sum + mebibytes, 0);
    };
    const client = new GroundglassClient({ baseUrl: server.url });
    const values = Array.from({ length: 40 }, (_, index) => -900 + index);
    await client.predict(metaImage(values, 512, 512), { mask: false });
    const [before, used] = [pids(), await held()];
    await inferencePool.renew();
    await codecs.renew();
    for (const pid of pids()) expect(before).not.toContain(pid);
    const rested = await held();
    expect(rested).toBeLessThan(used);
    // 300 MB in all processes; the server's own takes less than half of what is left.
    expect(rested).toBeLessThan(200);
    expect((await client.predict(metaImage([-500]))).slices).toHaveLength(1);
  },
);
