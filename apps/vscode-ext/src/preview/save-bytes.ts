import * as vscode from 'vscode';

/** Asks where to write bytes, beside the picture unless the user says otherwise, and writes them. */
export async function saveBytes(
  picture: vscode.Uri,
  name: string,
  bytes: Uint8Array,
): Promise<void> {
  const uri = await vscode.window.showSaveDialog({
    defaultUri: vscode.Uri.joinPath(picture, '..', name),
  });
  if (!uri) return;
  try {
    // What comes out of a page may be a view of a larger buffer.
    await vscode.workspace.fs.writeFile(uri, new Uint8Array(bytes));
    vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}.', name), 5000);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(
      vscode.l10n.t('{0} could not be written: {1}', name, reason),
    );
  }
}
