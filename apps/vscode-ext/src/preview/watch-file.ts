import * as vscode from 'vscode';

/** Tells of changes of one file, whatever letters its name has. */
export function watchFile(uri: vscode.Uri): vscode.FileSystemWatcher {
  const folder = vscode.Uri.joinPath(uri, '..');
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  // Brackets and stars in a file's name are a glob's letters.
  const pattern = name.replace(/[[\]{}*?]/g, '?');
  return vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, pattern));
}
