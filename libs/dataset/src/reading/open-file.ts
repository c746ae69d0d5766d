import { bytesSource, openVolume, type ByteSource, type CtVolume } from '@groundglass/core';
import type { DatasetFiles, OpenFile } from '../files/dataset-files.js';
import { baseName, folderOf, joinPath } from '../import/dataset-folder.js';

/** Files up to this size are read once, for both hash and pixels. */
const readWhole = 64 * 1024 * 1024;

/** An open CT file with its companion files. */
export interface OpenedVolume {
  readonly volume: CtVolume;
  /** The file's bytes if they are in memory. */
  readonly bytes: Uint8Array | undefined;
  readonly companions: readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * Opens a file of a dataset as a volume. @throws {CtError} what `openVolume` throws; nothing stays open then.
 */
export async function openFile(
  files: DatasetFiles,
  path: string,
  signal?: AbortSignal,
): Promise<OpenedVolume> {
  const held: OpenFile[] = [];
  const companions: string[] = [];
  const close = async () => {
    for (const file of held.splice(0)) await file.close();
  };
  try {
    const file = await files.open(path);
    held.push(file);
    const bytes =
      file.source.size <= readWhole ? await file.source.read(0, file.source.size) : undefined;
    const volume = await openVolume(bytes ? bytesSource(bytes) : file.source, {
      name: baseName(path),
      ...(signal ? { signal } : {}),
      companion: async (name): Promise<ByteSource | undefined> => {
        const beside = joinPath(folderOf(path), name);
        if ((await files.stat(beside))?.kind !== 'file') return undefined;
        const companion = await files.open(beside);
        held.push(companion);
        companions.push(beside);
        return companion.source;
      },
    });
    return { volume, bytes, companions, close };
  } catch (error) {
    await close();
    throw error;
  }
}
