import { open, readdir, realpath, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { CtError } from '@groundglass/core';

/** Files that a job scores, and how many it leaves out. */
export interface CtFiles {
  /** Paths relative to the folder, with `/`, in order. */
  readonly paths: readonly string[];
  /** Files whose names are of no CT format; a header's pixel files are not among them. */
  readonly leftOut: number;
}

/** More than this is not a study but a disk. */
const mostFiles = 100_000;
const ctName = /\.(?:png|jpe?g|dcm|dicom|ima|nii|nii\.gz|mha|mhd|hdr)$/i;
/** A header's pixel files, which share the header's row. */
const pixelsName = /\.(?:raw|zraw|img|img\.gz)$/i;

/**
 * The CT files of a folder and its subfolders. DICOM files often have no extension, so such names count too. Skips names with
 * a leading dot and links out of the folder.
 *
 * @throws {CtError} `CT_READ_FAILED` for a folder that cannot be read, `CT_TOO_LARGE` for more than 100,000 files.
 */
export async function listCtFiles(folder: string): Promise<CtFiles> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new CtError('CT_READ_FAILED', 'Expected a folder that can be read', { cause });
  });
  const paths: string[] = [];
  let leftOut = 0;
  const visit = async (at: string): Promise<void> => {
    for (const entry of (await readdir(at, { withFileTypes: true })).sort(byName)) {
      if (entry.name.startsWith('.')) continue;
      const path = join(at, entry.name);
      const real = entry.isSymbolicLink() ? await realpath(path).catch(() => undefined) : path;
      if (!real?.startsWith(root + sep)) {
        leftOut++;
        continue;
      }
      const stats = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
      // A linked folder is visited at its real path.
      if (entry.isDirectory()) await visit(path);
      else if (!stats?.isFile() || pixelsName.test(entry.name)) continue;
      else if (ctName.test(entry.name) || !entry.name.includes('.')) {
        paths.push(relative(root, path).split(sep).join('/'));
        if (paths.length > mostFiles) {
          throw new CtError(
            'CT_TOO_LARGE',
            `Expected at most ${mostFiles} files in a job, got more`,
          );
        }
      } else leftOut++;
    }
  };
  await visit(root);
  return { paths, leftOut };
}

/** Names of a header's pixel files, according to the header and its name. */
export async function pixelFilesOf(path: string): Promise<string[]> {
  const stem = /([^/\\]*)\.(?:mhd|hdr)$/i.exec(path)?.[1];
  if (stem === undefined) return [];
  if (/\.hdr$/i.test(path)) return [`${stem}.img`, `${stem}.img.gz`];
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(16_384), 0, 16_384, 0);
    const text = buffer.toString('latin1', 0, bytesRead);
    const name = /^\s*ElementDataFile\s*=\s*(\S.*?)\s*$/m.exec(text)?.[1];
    // A path could name any file of the machine.
    return name !== undefined && !/[/\\]/.test(name) && !name.startsWith('.') ? [name] : [];
  } finally {
    await file.close();
  }
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  a.name < b.name ? -1 : 1;
