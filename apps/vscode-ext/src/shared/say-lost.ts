import * as vscode from 'vscode';

/** Says that a tab which VS Code kept over a reload cannot be opened again. */
export function sayLost({ title }: vscode.WebviewPanel): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} could not be reopened: its page had not saved its state.', title),
  );
}
