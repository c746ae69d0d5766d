import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from './make-folder.js';

/**
 * Writes a whole file, making its folder if it is missing, and flushes it to disk before renaming it into place: a
 * kill or a full disk leaves the old file or the new one, never half of one.
 *
 * @throws what the file system throws.
 */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(file));
  const part = `${file}.part`;
  try {
    const handle = await open(part, 'w');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined);
    throw error;
  }
}
