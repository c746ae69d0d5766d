import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { TrainerError } from '../errors.js';

/**
 * Locks a run's folder for this process: two processes that write one run's checkpoint would corrupt it.
 *
 * The file `lock` names host and process. One left by a dead process of this host is taken over.
 *
 * @returns a function that releases the folder.
 * @throws {TrainerError} `TRAIN_RUN_IN_USE` when another process has it.
 */
export async function lockRun(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'lock');
  for (;;) {
    try {
      const file = await open(path, 'wx');
      await file.writeFile(JSON.stringify({ host: hostname(), pid: process.pid }));
      await file.close();
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const owner = parseOwner(await readFile(path, 'utf8').catch(() => ''));
    if (owner === undefined || (owner.host === hostname() && !isRunning(owner.pid))) {
      await rm(path, { force: true });
      continue;
    }
    throw new TrainerError(
      'TRAIN_RUN_IN_USE',
      `Expected a run that no other process trains, "${folder}" is in use by process ${owner.pid} on ${owner.host}. If that process has ended, remove the file "lock" in it`,
    );
  }
}

function parseOwner(text: string): { host: string; pid: number } | undefined {
  try {
    const { host, pid } = JSON.parse(text) as { host?: unknown; pid?: unknown };
    return typeof host === 'string' && typeof pid === 'number' ? { host, pid } : undefined;
  } catch {
    return undefined;
  }
}

/** Signal 0 only checks whether the process exists; EPERM means that it does, as another user's. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
