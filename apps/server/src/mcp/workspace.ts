import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { CtError, type Finding } from '@groundglass/core';
import {
  findDatasets,
  importLayout,
  parseFindings,
  parseResults,
  type AskedDataset,
  type Dataset,
} from '@groundglass/dataset';
import { nodeFiles, readManifest } from '@groundglass/dataset/node';

/** A dataset below one of the folders. */
export interface WorkspaceDataset {
  readonly name: string;
  readonly folder: string;
  readonly dataset: Dataset;
}

/** The folders that a language model may read: nothing outside of them, not even through links. */
export class Workspace {
  readonly #folders: readonly string[];

  /** @throws {Error} for a missing folder. */
  static async open(folders: readonly string[]): Promise<Workspace> {
    const real = folders.map(async (folder) => {
      const info = await stat(folder).catch(() => undefined);
      if (!info?.isDirectory()) throw new Error(`Expected a folder, got ${folder}`);
      return realpath(folder);
    });
    return new Workspace(await Promise.all(real));
  }

  private constructor(folders: readonly string[]) {
    this.#folders = folders;
  }

  /** The real path of a file. @throws {CtError} `CT_READ_FAILED` when it is missing or outside. */
  async file(path: string): Promise<string> {
    for (const folder of this.#folders) {
      const named = isAbsolute(path) ? path : join(folder, path);
      const real = await realpath(named).catch(() => undefined);
      if (real === undefined || !this.#holds(real)) continue;
      if ((await stat(real)).isFile()) return real;
    }
    throw new CtError('CT_READ_FAILED', `Expected a file in the workspace, got ${path}`);
  }

  /** How a file is named in answers. */
  nameOf(file: string): string {
    const folder = this.#folders.find((each) => isInside(each, file)) ?? '/';
    return relative(folder, file).split(sep).join('/');
  }

  /** @param name of a dataset, or its path; the first one by default. @throws {CtError} `CT_BAD_DATASET`. */
  async dataset(name: string | undefined): Promise<WorkspaceDataset> {
    const names: string[] = [];
    for (const top of this.#folders) {
      for (const { path, layout } of await findDatasets(await nodeFiles(top))) {
        const folder = join(top, path);
        const own = basename(folder);
        names.push(path === '' ? own : path);
        if (name !== undefined && name !== own && name !== path) continue;
        if (layout === 'manifest') {
          const dataset = await readManifest(folder);
          const root = await realpath(dataset.root).catch(() => dataset.root);
          if (!this.#holds(root)) {
            const message = `Expected the pictures of ${own} in the workspace, got ${root}`;
            throw new CtError('CT_BAD_DATASET', message);
          }
          return { name: dataset.manifest.name, folder, dataset };
        }
        const imported = await importLayout(layout, await nodeFiles(folder), { decode: false });
        const { manifest, samples, problems } = imported;
        const lines = samples.map((_, at) => at + 1);
        const dataset = { manifest, samples, problems, lines, root: folder };
        return { name: manifest.name, folder, dataset };
      }
    }
    const known = names.length === 0 ? 'none was found' : names.join(', ');
    const message = `Expected a dataset of the workspace (${known}), got ${name ?? 'no name'}`;
    throw new CtError('CT_BAD_DATASET', message);
  }

  /** A dataset with its newest results and findings. @throws {CtError} as {@link dataset}. */
  async asked(name: string | undefined): Promise<AskedDataset> {
    const { name: own, folder, dataset } = await this.dataset(name);
    const text = await newestIn(folder, '.predictions.jsonl');
    const results = text === undefined ? undefined : parseResults(text);
    const { labels, positive } = dataset.manifest;
    return {
      ...{ name: own, labels, positive, samples: dataset.samples },
      ...{ results: results?.rows ?? [], header: results?.header },
      findings: await findingsIn(folder),
    };
  }

  #holds(path: string): boolean {
    return this.#folders.some((folder) => isInside(folder, path));
  }
}

async function findingsIn(folder: string): Promise<readonly Finding[]> {
  const text = await newestIn(folder, '.audit.jsonl');
  return text === undefined ? [] : parseFindings(text).findings;
}

/** The text of the newest file with an extension. */
async function newestIn(folder: string, ending: string): Promise<string | undefined> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ending));
  const dated = await Promise.all(
    names.map(async (name) => ({ name, time: (await stat(join(folder, name))).mtimeMs })),
  );
  const [newest] = dated.sort((a, b) => b.time - a.time);
  return newest && readFile(join(folder, newest.name), 'utf8');
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, resolve(path));
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
