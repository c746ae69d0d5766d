import { CtError } from '@groundglass/core';
import type { DatasetFiles, FileStat } from '../files/dataset-files.js';
import { decodeText } from '../tables/decode-text.js';
import { nearestWord } from '../text/did-you-mean.js';

/** Files that operating systems leave in folders. */
const clutter = new Set(['__macosx', '.git', '.ds_store']);

/** The folder that a dataset is imported from: its listings, cached, and the reasons why a path is not one of its files. */
export class DatasetFolder {
  readonly #listings = new Map<string, Promise<{ files: string[]; folders: string[] }>>();

  constructor(readonly source: DatasetFiles) {}

  get name(): string {
    return this.source.name;
  }

  /**
   * The path of a file inside the folder as in the manifest (forward slashes, relative), or a message why there is none. An
   * absolute path inside the folder is accepted.
   */
  async locate(written: string): Promise<{ path: string; stat: FileStat } | { problem: string }> {
    const path = this.#relative(written);
    if (path === undefined) return { problem: `"${written}" points outside the dataset's folder` };
    const stat = await this.source.stat(path);
    if (!stat) {
      // Tables written on Windows have backslashes, which elsewhere are part of a name.
      if (path.includes('\\')) return this.locate(path.replaceAll('\\', '/'));
      const near = await this.#nearby(path);
      return {
        problem: `"${written}" does not exist${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
      };
    }
    if (stat.kind === 'outside')
      return { problem: `"${written}" links to a file outside of the dataset's folder` };
    if (stat.kind !== 'file') return { problem: `"${written}" is not a file` };
    return { path, stat };
  }

  /** Whether a file or folder of this name exists. */
  async has(path: string): Promise<boolean> {
    return (await this.source.stat(path)) !== undefined;
  }

  /** Names of the files directly in a folder, sorted by their numbers. */
  async files(folder: string): Promise<string[]> {
    return (await this.#listing(folder)).files;
  }

  /** Names of the folders directly in a folder. */
  async folders(folder: string): Promise<string[]> {
    return (await this.#listing(folder)).folders;
  }

  /** Paths of all files below a folder. */
  async filesBelow(folder: string): Promise<string[]> {
    const { files, folders } = await this.#listing(folder);
    const below: string[] = [];
    for (const name of folders) below.push(...(await this.filesBelow(joinPath(folder, name))));
    return [...files.map((name) => joinPath(folder, name)), ...below];
  }

  /** @throws {CtError} `CT_BAD_DATASET` when the file is missing or outside. */
  async readBytes(path: string): Promise<Uint8Array> {
    const found = await this.locate(path);
    if ('problem' in found)
      throw new CtError('CT_BAD_DATASET', `Expected a readable file: ${found.problem}`);
    const file = await this.source.open(found.path);
    try {
      return await file.source.read(0, file.source.size);
    } finally {
      await file.close();
    }
  }

  /** Text of any encoding that {@link decodeText} knows. @throws {CtError} `CT_BAD_DATASET`. */
  async readText(path: string): Promise<string> {
    return decodeText(await this.readBytes(path));
  }

  #relative(written: string): string | undefined {
    const isAbsolute = /^([/\\]|[a-zA-Z]:[\\/])/.test(written);
    const inside = isAbsolute ? this.source.relativePath?.(written) : written;
    if (inside === undefined || inside.includes('\0')) return undefined;
    if (/^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(inside)) return undefined;
    const parts: string[] = [];
    for (const part of inside.split('/')) {
      if (part === '' || part === '.') continue;
      if (part !== '..') parts.push(part);
      else if (parts.pop() === undefined) return undefined;
    }
    if (inside.split('\\').includes('..')) return undefined;
    return parts.join('/');
  }

  /** A file in the same folder whose name is nearly the same. */
  async #nearby(path: string): Promise<string | undefined> {
    const at = path.lastIndexOf('/');
    const folder = at < 0 ? '' : path.slice(0, at);
    const listing = await this.#listing(folder).catch(() => undefined);
    if (!listing) {
      const parent = folder === '' ? undefined : await this.#nearbyFolder(folder);
      return parent === undefined ? undefined : joinPath(parent, path.slice(at + 1));
    }
    const near = nearestWord(path.slice(at + 1), listing.files);
    return near === undefined ? undefined : joinPath(folder, near);
  }

  async #nearbyFolder(folder: string): Promise<string | undefined> {
    const at = folder.lastIndexOf('/');
    const parent = at < 0 ? '' : folder.slice(0, at);
    const listing = await this.#listing(parent).catch(() => undefined);
    const near = listing && nearestWord(folder.slice(at + 1), listing.folders);
    return near === undefined ? undefined : joinPath(parent, near);
  }

  #listing(folder: string): Promise<{ files: string[]; folders: string[] }> {
    const path = folder === '.' ? '' : folder;
    let listing = this.#listings.get(path);
    if (!listing) {
      listing = this.source.list(path).then((entries) => {
        const shown = entries.filter(
          ({ name }) => !name.startsWith('.') && !clutter.has(name.toLowerCase()),
        );
        const names = (kind: 'file' | 'folder') =>
          sortNames(shown.filter((entry) => entry.kind === kind).map(({ name }) => name));
        return { files: names('file'), folders: names('folder') };
      });
      this.#listings.set(path, listing);
    }
    return listing;
  }
}

/** Joins two relative paths with a forward slash; `.` and the empty path add nothing. */
export function joinPath(folder: string, name: string): string {
  return folder === '' || folder === '.' ? name : `${folder}/${name}`;
}

/** The last part of a path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The folder of a path; `''` for the dataset's own. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** A file's name without its format's extension. */
export function stemOf(path: string): string {
  return baseName(path).replace(/(\.nii)?\.[^.]+$/i, '');
}

const collator = new Intl.Collator('en', { numeric: true });

function sortNames(names: string[]): string[] {
  return names.sort((a, b) => collator.compare(a, b));
}
