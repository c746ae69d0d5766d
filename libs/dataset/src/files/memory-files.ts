import { bytesSource, CtError } from '@groundglass/core';
import type { DatasetFiles, FileEntry } from './dataset-files.js';

/** A dataset's folder in memory, for tests and for archives unpacked on the fly. */
export function memoryFiles(
  contents: ReadonlyMap<string, Uint8Array>,
  name = 'memory',
): DatasetFiles {
  const folders = new Map<string, Map<string, FileEntry>>([['', new Map()]]);
  for (const path of contents.keys()) {
    const parts = path.split('/');
    for (let depth = 0; depth < parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/');
      const part = parts[depth]!;
      const isFile = depth === parts.length - 1;
      const entries = folders.get(folder) ?? new Map<string, FileEntry>();
      entries.set(part, { name: part, kind: isFile ? 'file' : 'folder' });
      folders.set(folder, entries);
    }
  }
  const bytesOf = (path: string) => {
    const bytes = contents.get(path);
    if (!bytes) throw new CtError('CT_READ_FAILED', `Expected a readable file "${path}"`);
    return bytes;
  };
  return {
    name,
    list: (folder) => {
      const entries = folders.get(folder);
      if (!entries)
        return Promise.reject(
          new CtError('CT_READ_FAILED', `Expected a folder "${folder}", there is none`),
        );
      return Promise.resolve([...entries.values()]);
    },
    stat: (path) => {
      const bytes = contents.get(path);
      if (bytes) return Promise.resolve({ kind: 'file', size: bytes.byteLength, modified: 0 });
      return Promise.resolve(
        folders.has(path) ? { kind: 'folder', size: 0, modified: 0 } : undefined,
      );
    },
    open: async (path) =>
      Promise.resolve({ source: bytesSource(bytesOf(path)), close: () => Promise.resolve() }),
  };
}
