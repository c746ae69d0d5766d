import { CtError } from '@groundglass/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';

/** A PDF to read. */
export interface PaperFile {
  readonly path: string;
  /** Its name in reports and the manifest: relative to the given folder. */
  readonly name: string;
}

/**
 * The PDFs among files and in folders, including subfolders, sorted by name.
 *
 * @throws {CtError} `CT_READ_FAILED` for a path that does not exist.
 */
export async function findPapers(paths: readonly string[]): Promise<PaperFile[]> {
  const found: PaperFile[] = [];
  for (const path of paths) {
    const info = await stat(path).catch(() => undefined);
    if (!info)
      throw new CtError('CT_READ_FAILED', `Expected a PDF or a folder, "${path}" does not exist`);
    if (info.isDirectory()) {
      const names = await readdir(path, { recursive: true, withFileTypes: true });
      for (const entry of names) {
        if (!entry.isFile() || !/\.pdf$/i.test(entry.name) || entry.name.startsWith('.')) continue;
        const file = join(entry.parentPath, entry.name);
        found.push({ path: file, name: relative(path, file).split(sep).join('/') });
      }
    } else {
      found.push({ path, name: basename(path) });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** SHA-256 of a file as hex, read in chunks. */
export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
