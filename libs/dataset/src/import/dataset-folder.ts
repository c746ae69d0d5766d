import { CtError } from '@groundglass/core';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';

/**
 * A folder that datasets are read from. Paths inside it are relative with forward slashes; nothing outside of it is ever
 * read, neither by `..` nor through a symbolic link.
 */
export class DatasetFolder {
  private constructor(
    /** Absolute path with links resolved. */
    readonly root: string,
  ) {}

  /** @throws {CtError} `CT_BAD_DATASET` when `path` is not a folder. */
  static async open(path: string): Promise<DatasetFolder> {
    const info = await stat(path).catch(() => undefined);
    if (!info?.isDirectory()) {
      throw new CtError(
        'CT_BAD_DATASET',
        `Expected a folder, "${path}" ${info ? 'is a file' : 'does not exist'}`,
      );
    }
    return new DatasetFolder(await realpath(path));
  }

  /** The absolute path of a file that exists inside the folder, or the reason why there is none. */
  async locate(path: string): Promise<{ absolute: string } | { problem: string }> {
    const target = resolve(this.root, path);
    if (isAbsolute(path) || !isInside(this.root, target))
      return { problem: `"${path}" leaves the dataset's folder` };
    const real = await realpath(target).catch(() => undefined);
    if (real === undefined) return { problem: `"${path}" does not exist` };
    if (!isInside(this.root, real))
      return { problem: `"${path}" links to a file outside of the dataset's folder` };
    if (!(await stat(real)).isFile()) return { problem: `"${path}" is not a file` };
    return { absolute: real };
  }

  /** Whether a file or folder of this name exists. */
  async has(path: string): Promise<boolean> {
    return (await stat(join(this.root, path)).catch(() => undefined)) !== undefined;
  }

  /** Names of the files (not folders, not hidden) directly in `folder`, sorted by their numbers. */
  async files(folder: string): Promise<string[]> {
    const entries = await readdir(join(this.root, folder), { withFileTypes: true });
    return sortNames(
      entries.filter((e) => !e.isDirectory() && !e.name.startsWith('.')).map((e) => e.name),
    );
  }

  /** Names of the folders directly in `folder`. */
  async folders(folder: string): Promise<string[]> {
    const entries = await readdir(join(this.root, folder), { withFileTypes: true });
    return sortNames(
      entries.filter((e) => e.isDirectory() && !e.name.startsWith('.')).map((e) => e.name),
    );
  }

  /** Paths of all files below `folder`, relative to the dataset's folder. */
  async filesBelow(folder: string): Promise<string[]> {
    const here = (await this.files(folder)).map((name) => joinPath(folder, name));
    const below = await Promise.all(
      (await this.folders(folder)).map((name) => this.filesBelow(joinPath(folder, name))),
    );
    return [...here, ...below.flat()];
  }

  /** @throws {CtError} `CT_BAD_DATASET` when the file is missing or outside. */
  async readText(path: string): Promise<string> {
    return (await this.readBytes(path)).toString('utf8').replace(/^\uFEFF/, '');
  }

  /** @throws {CtError} `CT_BAD_DATASET` when the file is missing or outside. */
  async readBytes(path: string): Promise<Buffer> {
    const found = await this.locate(path);
    if ('problem' in found)
      throw new CtError('CT_BAD_DATASET', `Expected a readable file: ${found.problem}`);
    return readFile(found.absolute);
  }
}

/** Joins two relative paths with a forward slash; `.` and the empty path add nothing. */
export function joinPath(folder: string, name: string): string {
  return folder === '' || folder === '.' ? name : `${folder}/${name}`;
}

function isInside(root: string, target: string): boolean {
  const path = relative(root, target);
  return path === '' || (!path.startsWith(`..${sep}`) && path !== '..' && !isAbsolute(path));
}

function sortNames(names: string[]): string[] {
  const collator = new Intl.Collator('en', { numeric: true });
  return names.sort((a, b) => collator.compare(a, b));
}
