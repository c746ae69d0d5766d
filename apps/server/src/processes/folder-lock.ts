import { readFileSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';

/** Records the owner of a folder, so that two servers never work on one job. */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @returns undefined if a running process has the folder. */
  static async take(path: string): Promise<FolderLock | undefined> {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        const file = await open(path, 'wx', 0o600);
        await file.writeFile(JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
        await file.close();
        held.add(path);
        return new FolderLock(path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        if (held.has(path) || isHeldElsewhere(await readFile(path, 'utf8').catch(() => ''))) {
          return undefined;
        }
        await rm(path, { force: true });
      }
    }
    return undefined;
  }

  /** Whether a lock was left by a process that no longer runs. */
  static async isAbandoned(path: string): Promise<boolean> {
    const text = await readFile(path, 'utf8').catch(() => undefined);
    return text !== undefined && !held.has(path) && !isHeldElsewhere(text);
  }

  async release(): Promise<void> {
    held.delete(this.#path);
    await rm(this.#path, { force: true });
  }
}

function isHeldElsewhere(text: string): boolean {
  try {
    const { pid, started } = JSON.parse(text) as { pid: number; started: string | null };
    // In a container the killed server had this same process id.
    if (pid === process.pid) return false;
    process.kill(pid, 0);
    return started === null || startOf(pid) === started;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Locks of this very process, which tests start several servers in. */
const held = new Set<string>();

/** Ticks since boot at which a process started (field 22 of /proc/PID/stat); null where there is no /proc. */
function startOf(pid: number): string | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
