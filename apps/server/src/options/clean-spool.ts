import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FolderLock } from '../processes/folder-lock.js';

/** A name that `mkdtemp` makes from the prefix; the owner file next to the folder has the same name. */
const ownerPattern = /^(groundglass-[A-Za-z0-9]{6})\.owner$/;

/** The file next to a server's private folder that names its process. */
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
