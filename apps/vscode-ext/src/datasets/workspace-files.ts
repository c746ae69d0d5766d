import type { DatasetFiles } from '@groundglass/dataset';
import * as vscode from 'vscode';

/**
 * The files of a workspace folder: on this machine read by ranges, elsewhere through the editor's file systems.
 *
 * @throws {CtError} `CT_BAD_DATASET` when there is no such folder.
 */
export async function workspaceFiles(folder: vscode.Uri): Promise<DatasetFiles> {
  if (folder.scheme === 'file') {
    const { nodeFiles } = await import('./local-files.js');
    return nodeFiles(folder.fsPath);
  }
  const { fs } = vscode.workspace;
  const at = (path: string) => (path === '' ? folder : vscode.Uri.joinPath(folder, path));
  return {
    name: baseNameOf(folder),
    async list(path) {
      const entries = await fs.readDirectory(at(path));
      return entries.map(([name, type]) => ({
        name,
        kind: (type & vscode.FileType.Directory) === 0 ? 'file' : 'folder',
      }));
    },
    stat: (path) =>
      Promise.resolve(fs.stat(at(path))).then(
        ({ type, size, mtime }) => ({
          kind: (type & vscode.FileType.Directory) === 0 ? 'file' : 'folder',
          size,
          modified: mtime,
        }),
        () => undefined,
      ),
    async open(path) {
      const { readSource } = await import('../preview/read-source.js');
      const { source, dispose } = await readSource(at(path));
      return {
        source,
        close: () => {
          dispose();
          return Promise.resolve();
        },
      };
    },
    relativePath: (absolute) =>
      absolute.startsWith(`${folder.path}/`) ? absolute.slice(folder.path.length + 1) : undefined,
  };
}

/** The last path segment of a URI. */
export function baseNameOf({ path }: vscode.Uri): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether a file or folder is in a folder, or is it. */
export function isInside(folder: vscode.Uri, uri: vscode.Uri): boolean {
  if (folder.scheme !== uri.scheme || folder.authority !== uri.authority) return false;
  return uri.path === folder.path || uri.path.startsWith(withSlash(folder.path));
}

/** The path of a file relative to a folder that contains it. */
export function pathInside(folder: vscode.Uri, uri: vscode.Uri): string {
  return uri.path.slice(withSlash(folder.path).length);
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}

/** The text of a file; undefined if it does not exist. */
export async function readTextOf(uri: vscode.Uri): Promise<string | undefined> {
  const bytes = await readBytesOf(uri);
  return bytes && new TextDecoder().decode(bytes);
}

/** The bytes of a file; undefined if it does not exist. */
export async function readBytesOf(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  return vscode.workspace.fs.readFile(uri).then(
    (bytes) => bytes,
    () => undefined,
  );
}
