import type { DatasetSample } from '@groundglass/core';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { baseNameOf, isInside, pathInside, readTextOf } from '../datasets/workspace-files.js';
import { listedPictures } from './listed-pictures.js';
import { unknownSample } from './list-pictures.js';
import { PathResolver } from './resolve-path.js';

/**
 * Reads a text file of paths: a split list, a table, JSON, YAML, Python.
 *
 * @returns samples with their paths from `root`: the workspace's folder, or the common folder if a picture is outside it.
 * @throws {CtError} `CT_READ_FAILED`; `CT_BAD_DATASET` when the text names no picture, or no existing one.
 */
export async function readList(
  uri: vscode.Uri,
  registry: DatasetRegistry,
): Promise<{ samples: DatasetSample[]; root: vscode.Uri; missing: number }> {
  const name = baseNameOf(uri);
  const text = await readTextOf(uri);
  if (text === undefined) {
    const message = vscode.l10n.t('{0} does not exist or cannot be read.', name);
    throw new CtError('CT_READ_FAILED', message);
  }
  const paths = listedPictures(text, name);
  if (paths.length === 0) {
    const message = vscode.l10n.t(
      '{0} names no picture: expected paths that end in .png, .jpg, .dcm, .nii, .nii.gz, .mha or .mhd.',
      name,
    );
    throw new CtError('CT_BAD_DATASET', message);
  }
  const resolver = new PathResolver(uri, registry);
  const found = new Map<string, vscode.Uri>();
  let missing = 0;
  let beside: Promise<Map<string, vscode.Uri>> | undefined;
  for (const path of paths) {
    const picture =
      (await resolver.resolve(path)) ??
      (await (beside ??= siblingFolders(uri))).get(path.slice(path.lastIndexOf('/') + 1));
    if (picture) found.set(picture.path, picture);
    else missing++;
  }
  if (found.size === 0) {
    const message = vscode.l10n.t(
      '{0} names {1} pictures, and none of them exists; paths are relative to the file or to a folder above it.',
      name,
      paths.length,
    );
    throw new CtError('CT_BAD_DATASET', message);
  }
  const pictures = [...found.values()];
  const root = rootOf(uri, pictures);
  return { samples: pictures.map((each) => unknownSample(pathInside(root, each))), root, missing };
}

/** The folder that contains all pictures: the workspace's if it does. */
function rootOf(uri: vscode.Uri, pictures: readonly vscode.Uri[]): vscode.Uri {
  let root = vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, '..');
  for (const picture of pictures) {
    while (!isInside(root, picture)) root = vscode.Uri.joinPath(root, '..');
  }
  return root;
}

/** Pictures in the workspace folder and below, by name, for lists that name no folder. */
async function siblingFolders(uri: vscode.Uri): Promise<Map<string, vscode.Uri>> {
  const top = vscode.workspace.getWorkspaceFolder(uri)?.uri ?? vscode.Uri.joinPath(uri, '..');
  const { listPictures } = await import('./list-pictures.js');
  const names = new Map<string, vscode.Uri>();
  for (const { path } of await listPictures(top)) {
    names.set(path.slice(path.lastIndexOf('/') + 1), vscode.Uri.joinPath(top, path));
  }
  return names;
}
