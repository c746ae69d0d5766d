import * as vscode from 'vscode';
import { activeUri } from './active-uri.js';
import { viewTypeOf } from './view-type-of.js';

/** Maximum number of editors that one command opens. */
const mostEditors = 8;

/** Opens the files selected in the explorer or the editor, each in an editor; else the active one; else files that the user picks. */
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

/** The file itself; for a folder its first CT image. The preview reports a missing file. */
async function fileOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const type = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.type,
    () => vscode.FileType.File,
  );
  if ((type & vscode.FileType.Directory) === 0) return uri;
  const { firstCtInFolder } = await import('./first-ct-in-folder.js');
  return firstCtInFolder(uri);
}
