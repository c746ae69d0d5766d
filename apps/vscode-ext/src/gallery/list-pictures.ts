import type { DatasetSample } from '@groundglass/core';
import { naturalOrder } from '@groundglass/viewer/gallery-rows';
import * as vscode from 'vscode';

/** Maximum number of pictures in the gallery of a folder. */
const mostPictures = 100_000;
const picture = /\.(png|jpe?g|dcm|dicom|ima|nii|nii\.gz|mha|mhd)$/i;

/** The pictures below a folder in natural order; a folder records no label, split or patient. */
export async function listPictures(folder: vscode.Uri): Promise<DatasetSample[]> {
  const paths: string[] = [];
  const queue = [''];
  while (queue.length > 0 && paths.length < mostPictures) {
    const path = queue.pop()!;
    const uri = path === '' ? folder : vscode.Uri.joinPath(folder, path);
    const entries = await vscode.workspace.fs.readDirectory(uri).then(
      (read) => read,
      () => [],
    );
    for (const [name, type] of entries) {
      if (name.startsWith('.')) continue;
      const below = path === '' ? name : `${path}/${name}`;
      if ((type & vscode.FileType.Directory) !== 0) queue.push(below);
      else if (picture.test(name)) paths.push(below);
    }
  }
  return paths.sort(naturalOrder).map((path) => unknownSample(path));
}

/** The pictures directly in one folder, in natural order. */
export async function picturesIn(folder: vscode.Uri): Promise<vscode.Uri[]> {
  const entries = await vscode.workspace.fs.readDirectory(folder).then(
    (read) => read,
    () => [],
  );
  return entries
    .filter(([name, type]) => (type & vscode.FileType.Directory) === 0 && picture.test(name))
    .map(([name]) => name)
    .sort(naturalOrder)
    .map((name) => vscode.Uri.joinPath(folder, name));
}

/** A sample of which only the file is known. */
export function unknownSample(path: string): DatasetSample {
  return { path, label: null, split: 'test', patient: path, source: '' };
}
