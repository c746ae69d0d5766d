import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';
import type { Workbench } from './workbench-window.js';

/** The processes of bundled servers that serve the windows of a workbench. */
export function serverProcesses(folder: string): number[] {
  // The extensions folder of this test's code-server, next to the folder of samples.
  const extensions = join(folder, '../ext');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return command.includes(extensions) && command.includes('server-launcher');
      } catch {
        // The process ended after it was listed.
        return false;
      }
    })
    .map(Number);
}

/**
 * Restarts this window's server and returns its process. A window that an earlier test closed may keep its own: the workbench
 * waits for it to come back, and stops the server when it has been idle.
 */
export async function restartServer(workbench: Workbench): Promise<number> {
  const { folder } = workbench.server;
  const before = serverProcesses(folder);
  const started = () => serverProcesses(folder).filter((pid) => !before.includes(pid));
  await workbench.runCommand('Groundglass: Restart the Server');
  await expect.poll(() => started().length).toBe(1);
  return started()[0]!;
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
