import {
  CtError,
  asCtError,
  fileSource,
  openDicomSeries,
  sniffFormat,
  sniffLength,
  type CtFormat,
  type Warning,
} from '@groundglass/core';
import { open, readdir, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

/** One thing to score: a file, or the files of a DICOM series. */
export interface Input {
  /** Its name in the table, relative to the current folder. */
  readonly label: string;
  /** Absolute paths; the main file first. */
  readonly files: readonly string[];
}

/** The inputs found, and unusable files. */
export interface FoundInputs {
  readonly inputs: readonly Input[];
  readonly problems: readonly Problem[];
  /** Notes on files of a folder that are in no input, such as copies. */
  readonly warnings: readonly Warning[];
}

interface Problem {
  readonly label: string;
  readonly error: CtError;
}

/** Masks are next to their images as `x.mask.png` or in `x.masks/`; they are not inputs. */
const maskName = /\.mask\.|\.masks$/;
/** Voxel files are sent with the header that names them. */
/** A file with such a name is meant to be an image, whatever its content. */
const imageEnding = /\.(?:png|jpe?g|dcm|dicom|ima|nii|nii\.gz|mha|mhd|hdr)$/i;
const companionEnding = /\.(img|raw|zraw)(\.gz)?$/i;

/**
 * Finds what to score in files and folders. The content decides the format. In a folder, DICOM files are grouped into series;
 * masks and files that are not images are skipped; one that cannot be read, or is not an image in spite of its name, is a problem. A file
 * named directly must be an image.
 *
 * @param from the folder that labels are relative to.
 */
export async function findInputs(paths: readonly string[], from: string): Promise<FoundInputs> {
  const inputs: Input[] = [];
  const problems: Problem[] = [];
  const warnings: Warning[] = [];
  for (const path of paths) {
    const label = relative(from, path) || '.';
    const info = await stat(path).catch(() => undefined);
    if (!info)
      problems.push({
        label,
        error: new CtError('CT_READ_FAILED', 'Expected a file or folder, there is none'),
      });
    else if (info.isDirectory()) add(await inFolder(path, from));
    else inputs.push({ label, files: [path, ...(await companionsOf(path))] });
  }
  return { inputs, problems, warnings };

  function add(found: FoundInputs): void {
    inputs.push(...found.inputs);
    problems.push(...found.problems);
    warnings.push(...found.warnings);
  }
}

async function inFolder(folder: string, from: string): Promise<FoundInputs> {
  const entries = (await readdir(folder, { withFileTypes: true }))
    .filter(({ name }) => !name.startsWith('.') && !maskName.test(name))
    .sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
  const found: FoundInputs[] = [];
  const dicom: string[] = [];
  const add = (one: Partial<FoundInputs>): void => {
    found.push({ inputs: [], problems: [], warnings: [], ...one });
  };
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const label = relative(from, path);
    if (entry.isDirectory()) found.push(await inFolder(path, from));
    else if (companionEnding.test(entry.name)) continue;
    else if (!(await stat(path).catch(() => undefined)))
      add({ warnings: [{ code: 'FILE_UNREADABLE', file: label, detail: 'a broken link' }] });
    else {
      const format = await formatOf(path).catch((error: unknown) =>
        asCtError(error, 'CT_READ_FAILED', 'Expected a file that can be read'),
      );
      if (format === 'dicom') dicom.push(path);
      else if (format instanceof CtError) add({ problems: [{ label, error: format }] });
      else if (format !== undefined)
        add({ inputs: [{ label, files: [path, ...(await companionsOf(path))] }] });
      else if (imageEnding.test(entry.name)) {
        const message = 'Expected DICOM, NIfTI, MetaImage, PNG or JPEG, got none of them';
        add({ problems: [{ label, error: new CtError('CT_UNKNOWN_FORMAT', message) }] });
      }
    }
  }
  add(await seriesOf(dicom, folder, from));
  return {
    inputs: found.flatMap((each) => each.inputs),
    problems: found.flatMap((each) => each.problems),
    warnings: found.flatMap((each) => each.warnings),
  };
}

/** The DICOM series in a folder's files. */
async function seriesOf(
  paths: readonly string[],
  folder: string,
  from: string,
): Promise<FoundInputs> {
  if (paths.length === 0) return { inputs: [], problems: [], warnings: [] };
  const handles: FileHandle[] = [];
  try {
    const files = [];
    for (const path of paths) {
      const handle = await open(path);
      handles.push(handle);
      files.push({ name: basename(path), source: await fileSource(handle) });
    }
    const { volumes, problems } = await openDicomSeries(files);
    const name = relative(from, folder) || '.';
    const inputs = volumes.map(({ files: names, seriesUid }) => ({
      label:
        names.length === 1
          ? join(name, names[0]!)
          : volumes.length === 1
            ? `${name}/`
            : `${name}/ (${seriesUid.slice(-8)})`,
      files: [...new Set(names)].map((file) => join(folder, file)),
    }));
    const sent = new Set(volumes.flatMap(({ files: names }) => names));
    // The server sees only the files of a volume: it cannot name the others.
    const warnings = volumes
      .flatMap(({ volume }) => volume.warnings)
      .filter(({ file }) => file !== undefined && !sent.has(file))
      .map((warning) => ({ ...warning, file: join(name, warning.file!) }));
    return {
      inputs,
      warnings,
      problems: problems
        .filter(({ name: file }) => !warnings.some((each) => each.file === join(name, file)))
        .map(({ name: file, error }) => ({ label: join(name, file), error })),
    };
  } finally {
    await Promise.all(handles.map((handle) => handle.close()));
  }
}

async function formatOf(path: string): Promise<CtFormat | undefined> {
  // Links count as their targets; reading a pipe would block forever.
  if (!(await stat(path)).isFile()) return undefined;
  const handle = await open(path);
  try {
    const source = await fileSource(handle);
    const format = sniffFormat(await source.read(0, Math.min(source.size, sniffLength)));
    // Gzipped files must be NIfTI; folders hold other archives for other reasons.
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
