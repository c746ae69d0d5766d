import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Page } from '@playwright/test';

/** Resident bytes of the extension host of the workbench that serves a folder of samples; Linux. */
export function extensionHostBytes(folder: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(dirname(folder));
      if (!isOurs || !command.includes('--type=extensionHost')) continue;
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * 1024;
    } catch {
      // The process ended after it was listed.
    }
  }
  throw new Error('Expected an extension host to run, found none');
}

/** Bytes held by the page's scripts after garbage collection: the workbench's and its webviews'. */
export async function pageHeapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}
