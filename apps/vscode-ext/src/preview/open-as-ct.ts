import * as vscode from 'vscode';
import { activeUri } from './active-uri.js';
import { viewTypeOf } from './view-type-of.js';

/** Editors that one command opens at most. */
const mostEditors = 8;

/** Opens the files that the explorer or the editor names, each in an editor; else the active one; else the user picks some. */
export async function openAsCt(
  uri: vscode.Uri | undefined,
  selected: readonly vscode.Uri[] = [],
): Promise<void> {
  const named = uri ?? activeUri();
  const chosen =
    selected.length > 1
      ? selected
      : named
        ? [named]
        : ((await vscode.window.showOpenDialog({
            title: vscode.l10n.t('Open as CT'),
            canSelectMany: true,
          })) ?? []);
  if (chosen.length > mostEditors) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} files are selected; the first {1} are opened.',
        ...[chosen.length, mostEditors],
      ),
    );
  }
  for (const each of chosen.slice(0, mostEditors)) {
    const file = await fileOf(each);
    if (file) {
      const options = chosen.length > 1 ? { preview: false } : {};
      await vscode.commands.executeCommand('vscode.openWith', file, viewTypeOf(file), options);
    } else
      void vscode.window.showWarningMessage(vscode.l10n.t('There is no CT image in this folder.'));
  }
}

/** The file itself; of a folder the first CT image. A file that is not there is for the preview to tell of. */
async function fileOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const type = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.type,
    () => vscode.FileType.File,
  );
  if ((type & vscode.FileType.Directory) === 0) return uri;
  const { firstCtInFolder } = await import('./first-ct-in-folder.js');
  return firstCtInFolder(uri);
}
