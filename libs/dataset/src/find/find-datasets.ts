import type { DatasetFiles, FileEntry } from '../files/dataset-files.js';
import { detectLayout, type Layout } from '../import/detect-layout.js';

/** A folder that holds a dataset; its path is relative to where the search began, `''` is that folder itself. */
export interface FoundDataset {
  readonly path: string;
  readonly layout: Layout;
}

/** Limits of a search: folder depth, number of folders, and listings per folder. */
export const searchLimits = { depth: 5, folders: 2000, listings: 40 } as const;

/** Folders that hold no datasets, or belong to a program. */
const passedOver = /^(\..*|node_modules|__pycache__|__macosx|venv|env|dist|build|out)$/i;
const medical = /\.(dcm|dicom|ima|nii|nii\.gz|mha|mhd)$/i;

/**
 * Finds the datasets below a folder by listings alone: manifests, and the layouts that can be imported. Does not search below a
 * dataset. Medical images outside of every other layout are one dataset from the uppermost folder that holds them.
 */
export async function findDatasets(
  files: DatasetFiles,
  signal?: AbortSignal,
): Promise<FoundDataset[]> {
  const found: FoundDataset[] = [];
  const medicalFolders: string[] = [];
  const queue = [{ path: '', depth: 0 }];
  for (let at = 0; at < queue.length && at < searchLimits.folders; at++) {
    signal?.throwIfAborted();
    const { path, depth } = queue[at]!;
    const entries = await files.list(path).catch((): FileEntry[] => []);
    const layout = await layoutOf(files, path);
    if (layout !== undefined && layout !== 'dicom') {
      found.push({ path, layout });
      continue;
    }
    if (entries.some(({ kind, name }) => kind === 'file' && medical.test(name))) {
      medicalFolders.push(path);
    }
    if (depth >= searchLimits.depth) continue;
    for (const { name, kind } of entries) {
      if (kind === 'folder' && !passedOver.test(name)) {
        queue.push({ path: path === '' ? name : `${path}/${name}`, depth: depth + 1 });
      }
    }
  }
  return [...found, ...medicalRoots(medicalFolders, found)].sort((a, b) =>
    a.path < b.path ? -1 : Number(a.path > b.path),
  );
}

/** The layout of one folder; the search for images below it stops early. */
async function layoutOf(files: DatasetFiles, path: string): Promise<Layout | undefined> {
  let listings = 0;
  const inside = (name: string) => (path === '' ? name : name === '' ? path : `${path}/${name}`);
  const limited: DatasetFiles = {
    ...files,
    list: (folder) =>
      listings++ < searchLimits.listings ? files.list(inside(folder)) : Promise.resolve([]),
    stat: (name) => files.stat(inside(name)),
    open: (name) => files.open(inside(name)),
  };
  return detectLayout(limited).catch(() => undefined);
}

/** Of each folder with medical images the lowest one above it that holds all of them, but no dataset of another layout. */
function medicalRoots(folders: readonly string[], found: readonly FoundDataset[]): FoundDataset[] {
  const roots = new Set<string>();
  for (const folder of folders) {
    let root = folder;
    const below = (above: string) => folders.filter((other) => isBelow(other, above)).length;
    // A series is in its patient's folder, next to those of other patients.
    for (let above = parentOf(folder); above !== undefined; above = parentOf(above)) {
      const parent = above;
      if (found.some(({ path }) => isBelow(path, parent))) break;
      if (below(parent) > below(root)) root = parent;
    }
    if (![...roots].some((known) => isBelow(root, known))) roots.add(root);
  }
  return [...roots]
    .filter((root) => ![...roots].some((other) => other !== root && isBelow(root, other)))
    .map((path) => ({ path, layout: 'dicom' }));
}

function parentOf(path: string): string | undefined {
  if (path === '') return undefined;
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

function isBelow(path: string, folder: string): boolean {
  return folder === '' || path === folder || path.startsWith(`${folder}/`);
}
