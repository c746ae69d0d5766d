import * as vscode from 'vscode';

/** Watches one file, whatever characters its name has. */
export function watchFile(uri: vscode.Uri): vscode.FileSystemWatcher {
  const folder = vscode.Uri.joinPath(uri, '..');
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  // Escapes brackets and stars, which are glob characters.
  const pattern = name.replace(/[[\]{}*?]/g, '?');
  return vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, pattern));
}
