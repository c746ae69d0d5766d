import { sniffFormat, sniffLength } from '@groundglass/core';
import * as vscode from 'vscode';
import { readSource } from './read-source.js';

/** Files of a folder to check before giving up. */
const mostFiles = 200;

/**
 * The first file of a folder, by name, that is a CT image by its content; any file of a DICOM series opens the whole.
 *
 * @throws {vscode.FileSystemError} when the folder cannot be read.
 */
export async function firstCtInFolder(folder: vscode.Uri): Promise<vscode.Uri | undefined> {
  const names = (await vscode.workspace.fs.readDirectory(folder))
    .filter(([name, type]) => (type & vscode.FileType.File) !== 0 && !name.startsWith('.'))
    .map(([name]) => name)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  for (const name of names.slice(0, mostFiles)) {
    const uri = vscode.Uri.joinPath(folder, name);
    if (await isCt(uri)) return uri;
  }
  return undefined;
}

async function isCt(uri: vscode.Uri): Promise<boolean> {
  try {
    const { source, dispose } = await readSource(uri);
    try {
      const format = sniffFormat(await source.read(0, Math.min(source.size, sniffLength)));
      // Gzipped files must be NIfTI.
      return format !== undefined && (format !== 'gzip' || /\.nii\.gz$/i.test(uri.path));
    } finally {
      dispose();
    }
  } catch {
    return false;
  }
}
