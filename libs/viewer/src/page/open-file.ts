import { openVolume, type ByteSource, type CtVolume } from '@groundglass/core/browser';
import type { SliceProvider, ViewerVolume } from '../viewer-volume.js';

/** Reads a file by ranges, so that a large one is never in memory as a whole. */
function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

/**
 * Opens the first of some files; the others are there for headers that name a second file (`.mhd` with its `.raw`).
 *
 * @throws {CtError} what `openVolume` throws.
 */
export async function openFile(
  files: readonly File[],
  signal: AbortSignal,
): Promise<{ volume: ViewerVolume; provider: SliceProvider }> {
  const file = files[0]!;
  const volume = await openVolume(blobSource(file), {
    signal,
    name: file.name,
    companion: (name) => {
      const found = files.find((other) => other.name === name);
      return Promise.resolve(found && blobSource(found));
    },
  });
  return { volume: describeVolume(volume, file.name), provider: volume };
}

function describeVolume(volume: CtVolume, title: string): ViewerVolume {
  const { format, columns, rows, sliceCount, unit, pixelSpacing, geometry } = volume;
  const { windows, warnings, metadata } = volume;
  return {
    ...{ title, format, columns, rows, sliceCount, unit, pixelSpacing, geometry },
    ...{ windows, warnings, metadata },
  };
}
