import * as vscode from 'vscode';

/** Tells the user that a tab restored by VS Code cannot be reopened. */
export function sayLost({ title }: vscode.WebviewPanel): void {
  void vscode.window.showInformationMessage(
    vscode.l10n.t('{0} could not be reopened: its page had not saved its state.', title),
  );
}
