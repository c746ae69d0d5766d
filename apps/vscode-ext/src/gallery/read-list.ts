import type { DatasetSample } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { isInside, pathInside, readTextOf } from '../datasets/workspace-files.js';
import { pathsOnLine } from './list-paths.js';
import { unknownSample } from './list-pictures.js';
import { PathResolver } from './resolve-path.js';

/**
 * Reads a text file of paths: a split list, a table, JSON Lines.
 *
 * @throws {CtError} `CT_BAD_DATASET` when no line names an image that is there.
 */
export async function readList(
  uri: vscode.Uri,
  registry: DatasetRegistry,
): Promise<{ samples: DatasetSample[]; root: vscode.Uri; missing: number }> {
  const text = (await readTextOf(uri)) ?? '';
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, '..');
  const resolver = new PathResolver(uri, registry);
  const samples = new Map<string, DatasetSample>();
  let missing = 0;
  let beside: Promise<Map<string, vscode.Uri>> | undefined;
  for (const [line, content] of text.split(/\r?\n/).entries()) {
    const [first] = pathsOnLine(content, line);
    if (!first) continue;
    const found =
      (await resolver.resolve(first.path)) ??
      (await (beside ??= siblingFolders(uri))).get(
        first.path.slice(first.path.lastIndexOf('/') + 1),
      );
    if (!found || !isInside(root, found)) missing++;
    else samples.set(found.path, unknownSample(pathInside(root, found)));
  }
  if (samples.size === 0) {
    throw new CtError(
      'CT_BAD_DATASET',
      vscode.l10n.t(
        'No line names a picture that is there; paths start from the file or from a folder above it.',
      ),
    );
  }
  return { samples: [...samples.values()], root, missing };
}

/** Pictures in the folders of the workspace folder and below them, by name, for lists that name no folder. */
async function siblingFolders(uri: vscode.Uri): Promise<Map<string, vscode.Uri>> {
  const top = vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, '..');
  const { listPictures } = await import('./list-pictures.js');
  const names = new Map<string, vscode.Uri>();
  for (const { path } of await listPictures(top)) {
    names.set(path.slice(path.lastIndexOf('/') + 1), vscode.Uri.joinPath(top, path));
  }
  return names;
}
