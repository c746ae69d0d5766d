import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';

/** Files of one folder that are checked one by one. */
const mostSingle = 4;

/**
 * Resolves a path in a text: from the text's folder, from the folders above it up to the workspace's, in a folder of
 * their dataset, where split lists name files without their folder.
 */
export class PathResolver {
  /** Number of files checked per folder. */
  readonly #asked = new Map<string, number>();
  readonly #folders = new Map<string, Promise<ReadonlySet<string>>>();
  /** Files of a dataset by their name alone; null for a name that two files have. */
  #byName: Promise<ReadonlyMap<string, vscode.Uri | null>> | undefined;
  readonly #text: vscode.Uri;
  readonly #registry: DatasetRegistry | undefined;

  constructor(text: vscode.Uri, registry: DatasetRegistry | undefined) {
    this.#text = text;
    this.#registry = registry;
  }

  async resolve(path: string): Promise<vscode.Uri | undefined> {
    const written = path
      .replaceAll('\\\\', '/')
      .replaceAll('\\', '/')
      .replace(/^file:\/\//, '');
    if (/^[a-z][a-z0-9+.-]+:\/\//i.test(written)) return undefined;
    if (written.startsWith('/') || /^[a-z]:\//i.test(written)) {
      const absolute = this.#text.with({ path: written.startsWith('/') ? written : `/${written}` });
      return (await this.#has(absolute)) ? absolute : undefined;
    }
    const top = vscode.workspace.getWorkspaceFolder(this.#text)?.uri;
    for (
      let folder = vscode.Uri.joinPath(this.#text, '..');
      ;
      folder = vscode.Uri.joinPath(folder, '..')
    ) {
      const candidate = vscode.Uri.joinPath(folder, written);
      if (await this.#has(candidate)) return candidate;
      if (
        !top ||
        folder.path === top.path ||
        folder.path === '/' ||
        !folder.path.startsWith(top.path)
      )
        break;
    }
    const names = await (this.#byName ??= this.#indexNames());
    return names.get(written.slice(written.lastIndexOf('/') + 1)) ?? undefined;
  }

  async #indexNames(): Promise<ReadonlyMap<string, vscode.Uri | null>> {
    const names = new Map<string, vscode.Uri | null>();
    const entry = await this.#registry?.entryOf(this.#text);
    const dataset = await entry?.load().catch(() => undefined);
    for (const { path } of dataset?.samples ?? []) {
      const name = path.slice(path.lastIndexOf('/') + 1);
      const uri = vscode.Uri.joinPath(dataset!.root, path);
      const before = names.get(name);
      if (before === undefined) names.set(name, uri);
      else if (before?.path !== uri.path) names.set(name, null);
    }
    return names;
  }

  /** Whether a file exists. Listing a folder once is faster than checking each of a thousand names, and slower than checking one. */
  async #has(uri: vscode.Uri): Promise<boolean> {
    const folder = vscode.Uri.joinPath(uri, '..');
    const asked = (this.#asked.get(folder.path) ?? 0) + 1;
    this.#asked.set(folder.path, asked);
    if (asked <= mostSingle) {
      return vscode.workspace.fs.stat(uri).then(
        () => true,
        () => false,
      );
    }
    let names = this.#folders.get(folder.path);
    if (!names) {
      names = Promise.resolve(vscode.workspace.fs.readDirectory(folder)).then(
        (entries) => new Set(entries.map(([name]) => name)),
        () => new Set<string>(),
      );
      this.#folders.set(folder.path, names);
    }
    return (await names).has(uri.path.slice(uri.path.lastIndexOf('/') + 1));
  }
}
