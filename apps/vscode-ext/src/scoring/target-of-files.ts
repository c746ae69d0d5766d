import type { DatasetSample } from '@groundglass/core';
import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { baseNameOf, isInside, pathInside } from '../datasets/workspace-files.js';
import { listPictures, unknownSample } from '../gallery/list-pictures.js';
import type { ScoringTarget } from './scoring-service.js';

/** The scoring target of files and folders in the explorer: samples of their dataset, else the pictures themselves. */
export async function targetOfFiles(
  uris: readonly vscode.Uri[],
  registry: DatasetRegistry,
): Promise<ScoringTarget> {
  const first = uris[0]!;
  const entry = (await registry.entryAt(first)) ?? (await registry.entryOf(first));
  const dataset = await entry?.load().catch(() => undefined);
  if (entry && dataset && uris.every((uri) => isInside(dataset.root, uri))) {
    const samples = dataset.samples.filter(({ path }) => {
      const file = vscode.Uri.joinPath(dataset.root, path);
      return uris.some((uri) => isInside(uri, file));
    });
    if (samples.length > 0) {
      const { folder, root, manifest } = dataset;
      return { name: manifest.name, folder, root, samples, entry };
    }
  }
  const root = commonFolder(uris);
  const lists = await Promise.all(
    uris.map(async (uri): Promise<DatasetSample[]> => {
      const { type } = await vscode.workspace.fs.stat(uri);
      if ((type & vscode.FileType.Directory) === 0) return [unknownSample(pathInside(root, uri))];
      const below = uri.path === root.path ? '' : `${pathInside(root, uri)}/`;
      return (await listPictures(uri)).map(({ path }) => unknownSample(`${below}${path}`));
    }),
  );
  return { name: baseNameOf(root), folder: root, root, samples: lists.flat(), entry: undefined };
}

/** The common folder of all of them; for a single folder that folder itself. */
function commonFolder(uris: readonly vscode.Uri[]): vscode.Uri {
  const [first, ...others] = uris;
  const isPicture = /\.[^/.]+$/.test(first!.path);
  let folder = isPicture || others.length > 0 ? vscode.Uri.joinPath(first!, '..') : first!;
  while (folder.path !== '/' && !uris.every((uri) => isInside(folder, uri))) {
    folder = vscode.Uri.joinPath(folder, '..');
  }
  return folder;
}
