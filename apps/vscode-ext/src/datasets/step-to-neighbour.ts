import * as vscode from 'vscode';
import { activeUri } from '../preview/active-uri.js';
import { viewTypeOf } from '../preview/view-type-of.js';
import type { Neighbours } from './neighbours.js';

/** Opens the picture before or after the active one; at an end the status bar reports it. */
export async function stepToNeighbour(neighbours: Neighbours, by: 1 | -1): Promise<void> {
  const uri = activeUri();
  if (!uri) return;
  const next = await neighbours.beside(uri, by);
  if (next) {
    await vscode.commands.executeCommand('vscode.openWith', next, viewTypeOf(next), {
      preview: true,
    });
    return;
  }
  void vscode.window.setStatusBarMessage(
    by === 1
      ? vscode.l10n.t('This is the last picture.')
      : vscode.l10n.t('This is the first picture.'),
    3000,
  );
}
