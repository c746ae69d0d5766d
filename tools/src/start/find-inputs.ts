import {
  CtError,
  fileSource,
  openDicomSeries,
  sniffFormat,
  sniffLength,
  type CtFormat,
} from '@groundglass/core';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

/** One thing to score: a file, or the files of a DICOM series. */
export interface Input {
  /** As the table shows it, relative to where the person stands. */
  readonly label: string;
  /** Absolute paths; the first leads. */
  readonly files: readonly string[];
}

/** What was found, and what was not usable. */
export interface FoundInputs {
  readonly inputs: readonly Input[];
  readonly problems: readonly { readonly label: string; readonly error: CtError }[];
}

/** Masks lie beside their images as `x.mask.png` or in `x.masks/`; they are answers and not questions. */
const maskName = /\.mask\.|\.masks$/;
/** Voxels of a header that names them are sent with it. */
const companionEnding = /\.(img|raw|zraw)(\.gz)?$/i;

/**
 * Finds what to score in files and folders. The content decides the format. In a folder, DICOM files are grouped into series;
 * masks and files that are not images are skipped. A file that is named must be an image.
 *
 * @param from the folder that labels are relative to.
 */
export async function findInputs(paths: readonly string[], from: string): Promise<FoundInputs> {
  const inputs: Input[] = [];
  const problems: { label: string; error: CtError }[] = [];
  for (const path of paths) {
    const label = relative(from, path) || '.';
    const info = await stat(path).catch(() => undefined);
    if (!info)
      problems.push({
        label,
        error: new CtError('CT_READ_FAILED', 'Expected a file or folder, there is none'),
      });
    else if (info.isDirectory()) inputs.push(...(await inFolder(path, from)));
    else inputs.push({ label, files: [path, ...(await companionsOf(path))] });
  }
  return { inputs, problems };
}

async function inFolder(folder: string, from: string): Promise<Input[]> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && !maskName.test(name))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const inputs: Input[] = [];
  const dicom: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) inputs.push(...(await inFolder(path, from)));
    else if (entry.isFile() && !companionEnding.test(entry.name)) {
      const format = await formatOf(path);
      if (format === 'dicom') dicom.push(path);
      else if (format !== undefined)
        inputs.push({ label: relative(from, path), files: [path, ...(await companionsOf(path))] });
    }
  }
  return [...inputs, ...(await seriesOf(dicom, folder, from))];
}

/** The series that the DICOM files of a folder form. */
async function seriesOf(paths: readonly string[], folder: string, from: string): Promise<Input[]> {
  if (paths.length === 0) return [];
  const handles: FileHandle[] = [];
  try {
    const files = [];
    for (const path of paths) {
      const handle = await open(path);
      handles.push(handle);
      files.push({ name: basename(path), source: await fileSource(handle) });
    }
    const { volumes } = await openDicomSeries(files);
    const name = relative(from, folder) || '.';
    return volumes.map(({ files: names, seriesUid }) => ({
      label:
        names.length === 1
          ? join(name, names[0]!)
          : volumes.length === 1
            ? `${name}/`
            : `${name}/ (${seriesUid.slice(-8)})`,
      files: [...new Set(names)].map((file) => join(folder, file)),
    }));
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

async function formatOf(path: string): Promise<CtFormat | undefined> {
  const handle = await open(path);
  try {
    const source = await fileSource(handle);
    const format = sniffFormat(await source.read(0, Math.min(source.size, sniffLength)));
    // Of gzipped files only NIfTI is meant; other archives lie in folders for other reasons.
    if (format === 'gzip') return /\.nii\.gz$|\.hdr\.gz$/i.test(path) ? 'nifti' : undefined;
    return format;
  } finally {
    await handle.close();
  }
}

/** Files of the same stem that hold a header's voxels. */
async function companionsOf(path: string): Promise<string[]> {
  if (!/\.(hdr|mhd)(\.gz)?$/i.test(path)) return [];
  const stem = basename(path).replace(/\.(hdr|mhd)(\.gz)?$/i, '');
  const names = await readdir(dirname(path));
  return names
    .filter((name) => companionEnding.test(name) && name.startsWith(stem))
    .map((name) => join(dirname(path), name));
}
