import { asCtError, CtError, type CtSlice, type CtVolume } from '@groundglass/core';
import type { DatasetFiles, FileStat } from '../files/dataset-files.js';
import { openFile } from '../reading/open-file.js';
import type { FileFacts, FileFailure, ScanHeader, SliceFacts } from './file-facts.js';
import { pixelHash, sha256Hex } from './pixel-hash.js';

/** Distinct values counted in a slice; with more it is a picture, not a mask. */
const mostLevels = 17;

/**
 * Reads and decodes a file once: its fingerprints, header and statistics of every slice. An unreadable file is a failure, never an
 * exception, except `CT_CANCELLED`.
 */
export async function decodeFacts(
  files: DatasetFiles,
  path: string,
  { size, modified }: FileStat,
  signal?: AbortSignal,
): Promise<FileFacts | FileFailure> {
  try {
    return await decode(files, path, { size, modified }, signal);
  } catch (error) {
    const { code, message } = asCtError(error, 'CT_READ_FAILED', 'The file could not be read');
    if (code === 'CT_CANCELLED' || signal?.aborted)
      throw new CtError('CT_CANCELLED', 'Reading was cancelled', { cause: error });
    return { path, size, modified, code, problem: message };
  }
}

async function decode(
  files: DatasetFiles,
  path: string,
  stat: { size: number; modified: number },
  signal: AbortSignal | undefined,
): Promise<FileFacts> {
  const { volume, bytes, companions, close } = await openFile(files, path, signal);
  try {
    const slices: SliceFacts[] = [];
    for (let index = 0; index < volume.sliceCount; index++) {
      if (signal?.aborted) throw new CtError('CT_CANCELLED', 'Reading was cancelled');
      slices.push(await sliceFacts(await volume.slice(index, signal)));
    }
    const header = new Map(volume.metadata.map(({ key, value }) => [key, value]));
    const numberOf = (key: string) => {
      const value = Number(header.get(key));
      return header.has(key) && Number.isFinite(value) ? value : null;
    };
    const beside = await Promise.all(
      companions.map(async (companion) => {
        const { size = 0, modified = 0 } = (await files.stat(companion)) ?? {};
        return { path: companion, size, modified };
      }),
    );
    return {
      path,
      ...stat,
      ...(beside.length > 0 ? { companions: beside } : {}),
      sha256: bytes ? await sha256Hex(bytes) : await hashOf(files, path),
      format: volume.format,
      columns: volume.columns,
      rows: volume.rows,
      sliceCount: volume.sliceCount,
      unit: volume.unit,
      channels: numberOf('channels'),
      depth: numberOf('depth') ?? numberOf('(0028,0101)'),
      warnings: volume.warnings.map((warning) =>
        typeof warning === 'string' ? warning : String((warning as { code?: unknown }).code),
      ),
      header: headerOf(volume, header),
      slices,
    };
  } finally {
    await close();
  }
}

async function hashOf(files: DatasetFiles, path: string): Promise<string> {
  if (files.sha256) return files.sha256(path);
  const file = await files.open(path);
  try {
    return await sha256Hex(await file.source.read(0, file.source.size));
  } finally {
    await file.close();
  }
}

async function sliceFacts(slice: CtSlice): Promise<SliceFacts> {
  const { pixels } = slice;
  let [low, high, sum, set] = [Infinity, -Infinity, 0, 0];
  const values = new Set<number>();
  for (let i = 0; i < pixels.length; i++) {
    const value = pixels[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
    sum += value;
    if (value !== 0) set++;
    if (values.size < mostLevels) values.add(value);
  }
  const round = (value: number) => Number(value.toPrecision(6));
  return {
    pixelHash: await pixelHash(slice),
    low: round(low),
    high: round(high),
    mean: round(sum / pixels.length),
    levels: values.size,
    nonZero: round(set / pixels.length),
  };
}

/** DICOM PS3.6; other formats name no patient. */
const tags = {
  patient: '(0010,0020)',
  study: '(0020,000d)',
  series: '(0020,000e)',
  instance: '(0008,0018)',
  modality: '(0008,0060)',
  sex: '(0010,0040)',
  studyDate: '(0008,0020)',
  bodyPart: '(0018,0015)',
  manufacturer: '(0008,0070)',
  kernel: '(0018,1210)',
  burnedIn: '(0028,0301)',
} as const;

function headerOf(volume: CtVolume, header: ReadonlyMap<string, string>): ScanHeader {
  const text = Object.entries(tags).flatMap(([field, key]) => {
    const value = header.get(key)?.trim();
    return value === undefined || value === '' ? [] : [[field, value] as const];
  });
  const age = ageInYears(header.get('(0010,1010)'));
  const instanceNumber = Number(header.get('(0020,0013)') ?? NaN);
  const { geometry } = volume;
  return {
    ...(Object.fromEntries(text) as Partial<Record<keyof typeof tags, string>>),
    ...(age === undefined ? {} : { age }),
    ...(Number.isFinite(instanceNumber) ? { instanceNumber } : {}),
    ...(geometry
      ? {
          position: Number(
            geometry.origin
              .reduce((sum, value, i) => sum + value * geometry.sliceDirection[i]!, 0)
              .toFixed(3),
          ),
          spacing: Number(geometry.spacing.slice.toFixed(3)),
          axial: Math.abs(geometry.sliceDirection[2]) > Math.SQRT1_2,
        }
      : {}),
  };
}

/** `063Y`, `018M`, `030W`, `010D` (DICOM PS3.5, AS) in whole years. */
function ageInYears(text: string | undefined): number | undefined {
  const match = /^(\d{3})([DWMY])$/.exec(text?.trim() ?? '');
  if (!match) return undefined;
  const perYear = { Y: 1, M: 12, W: 52.18, D: 365.25 }[match[2] as 'Y' | 'M' | 'W' | 'D'];
  return Math.floor(Number(match[1]) / perYear);
}
