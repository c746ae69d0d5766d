import { CtError, fileSource } from '@groundglass/core';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DatasetFiles } from '../files/dataset-files.js';

/**
 * The files of a folder on this machine. Links are followed only if they stay inside the folder.
 *
 * @throws {CtError} `CT_BAD_DATASET` when `path` is not a folder.
 */
export async function nodeFiles(path: string): Promise<DatasetFiles & { readonly root: string }> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isDirectory()) {
    throw new CtError(
      'CT_BAD_DATASET',
      `Expected a folder, "${path}" ${info ? 'is a file' : 'does not exist'}`,
    );
  }
  const root = await realpath(path);
  const readable = async (name: string): Promise<string> => {
    const real = await realpath(resolve(root, name)).catch(() => undefined);
    if (real === undefined)
      throw new CtError('CT_READ_FAILED', `Expected a readable file "${name}"`);
    if (!isInside(root, real))
      throw new CtError(
        'CT_READ_FAILED',
        `Expected links that stay in the dataset's folder, "${name}" leads to "${real}"; import that folder, or copy its files`,
      );
    return real;
  };
  return {
    root,
    name: basename(root),
    async list(folder) {
      const real = await readable(folder);
      const entries = await readdir(real, { withFileTypes: true });
      return Promise.all(
        entries.map(async (entry) => {
          const isFolder = entry.isSymbolicLink()
            ? ((await stat(resolve(real, entry.name)).catch(() => undefined))?.isDirectory() ??
              false)
            : entry.isDirectory();
          return { name: entry.name, kind: isFolder ? ('folder' as const) : ('file' as const) };
        }),
      );
    },
    async stat(name) {
      const target = resolve(root, name);
      const found = await stat(target).catch(() => undefined);
      if (!found) return undefined;
      const isOutside = !isInside(root, await realpath(target));
      return {
        kind: isOutside ? 'outside' : found.isDirectory() ? 'folder' : 'file',
        size: found.size,
        modified: found.mtimeMs,
      };
    },
    async open(name) {
      const real = await readable(name);
      const handle = await open(real).catch((error: unknown) => {
        throw new CtError('CT_READ_FAILED', `Expected a readable file "${name}"`, { cause: error });
      });
      try {
        return { source: await fileSource(handle), close: () => handle.close() };
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
    async sha256(name) {
      const hash = createHash('sha256');
      await pipeline(createReadStream(await readable(name)), hash);
      return hash.digest('hex');
    },
    relativePath(absolute) {
      const target = resolve(absolute);
      for (const base of [root, resolve(path)])
        if (isInside(base, target)) return relative(base, target).split(sep).join('/');
      return undefined;
    },
  };
}

function isInside(root: string, target: string): boolean {
  const path = relative(root, target);
  return path === '' || (!path.startsWith(`..${sep}`) && path !== '..' && !isAbsolute(path));
}
