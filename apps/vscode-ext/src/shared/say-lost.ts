import * as vscode from 'vscode';

/** Tells the user that a tab restored by VS Code cannot be reopened. */
export function sayLost({ title }: vscode.WebviewPanel): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} could not be opened again: its page had not kept what it showed.', title),
  );
}
