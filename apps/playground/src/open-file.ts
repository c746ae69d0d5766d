import type { SliceProvider, ViewerVolume } from '@groundglass/viewer';
import {
  CtError,
  openDicomSeries,
  openVolume,
  sniffFormat,
  sniffLength,
  type ByteSource,
  type CtVolume,
} from '@groundglass/core/browser';

/** What the page shows, and the files that the server needs for the same. */
export interface OpenedFiles {
  readonly volume: ViewerVolume;
  readonly provider: SliceProvider;
  /** The main file, then its companions. */
  readonly upload: readonly File[];
}

/**
 * Opens the chosen files: one file, a header with its pixels (`.mhd` and `.raw`), or the files of a DICOM series; of several
 * series the longest.
 *
 * @throws {CtError} what `openVolume` and `openDicomSeries` throw.
 */
export async function openFile(files: readonly File[], signal: AbortSignal): Promise<OpenedFiles> {
  const lead = await leadOf(files);
  if (lead.format === 'dicom' && files.length > 1) return openSeries(files, signal);
  const companions: File[] = [];
  const volume = await openVolume(blobSource(lead.file), {
    signal,
    name: lead.file.name,
    companion: (name) => {
      const found = files.find((other) => other.name === name);
      if (found) companions.push(found);
      return Promise.resolve(found && blobSource(found));
    },
  });
  const title = lead.file.name;
  return {
    volume: describeVolume(volume, title),
    provider: volume,
    upload: [lead.file, ...companions],
  };
}

async function openSeries(files: readonly File[], signal: AbortSignal): Promise<OpenedFiles> {
  // By index, since files of different folders may share a name.
  const named = files.map((file, index) => ({ name: String(index), source: blobSource(file) }));
  const { volumes, problems } = await openDicomSeries(named, { signal });
  const [longest] = volumes;
  if (!longest) {
    throw problems[0]?.error ?? new CtError('CT_UNKNOWN_FORMAT', 'Expected DICOM files, got none');
  }
  const upload = [...new Set(longest.files)].map((index) => files[Number(index)]!);
  const title = upload.length === 1 ? upload[0]!.name : `DICOM series of ${upload.length} files`;
  return { volume: describeVolume(longest.volume, title), provider: longest.volume, upload };
}

/** The first file of a known format: the pixels of a header have none. */
async function leadOf(
  files: readonly File[],
): Promise<{ file: File; format: ReturnType<typeof sniffFormat> }> {
  for (const file of files) {
    const head = new Uint8Array(await file.slice(0, sniffLength).arrayBuffer());
    const format = sniffFormat(head);
    if (format) return { file, format };
  }
  return { file: files[0]!, format: undefined };
}

/** Reads a file by ranges, so that a large one is never in memory as a whole. */
export function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (offset, length) =>
      new Uint8Array(await blob.slice(offset, offset + length).arrayBuffer()),
  };
}

function describeVolume(volume: CtVolume, title: string): ViewerVolume {
  const { format, columns, rows, sliceCount, unit, pixelSpacing, geometry } = volume;
  const { windows, warnings, metadata, greyRange } = volume;
  return {
    ...{ title, format, columns, rows, sliceCount, unit, pixelSpacing, geometry },
    ...{ windows, warnings, metadata, greyRange },
  };
}
