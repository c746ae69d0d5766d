import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderLock } from '../processes/folder-lock.js';

/** What `mkdtemp` makes of the prefix; its owner file beside it has the same name. */
const ownerPattern = /^(groundglass-[A-Za-z0-9]{6})\.owner$/;

/** The file beside a server's private folder that says which process has it. */
export const ownerFileOf = (spoolDir: string): string => `${spoolDir}.owner`;

/** Removes the private folders of servers that were killed, with the uploads in them. Folders of others are not touched. */
export async function cleanSpool(dir: string): Promise<number> {
  let removed = 0;
  for (const name of await readdir(dir).catch(() => [])) {
    const folder = ownerPattern.exec(name)?.[1];
    if (folder === undefined || !(await FolderLock.isAbandoned(join(dir, name)))) continue;
    await rm(join(dir, folder), { recursive: true, force: true });
    await rm(join(dir, name), { force: true });
    removed++;
  }
  return removed;
}
