import { CtError, errorCatalogue } from '@groundglass/core/errors';
import type { ViewerError } from '@groundglass/viewer';
import * as vscode from 'vscode';

/** An error in the user's language; an unexpected error reveals no internals. */
export function toViewerError(error: unknown): ViewerError {
  const known =
    error instanceof CtError
      ? error
      : new CtError('CT_INTERNAL', vscode.l10n.t('See the log of Groundglass.'));
  const { title, advice } = errorCatalogue[known.code];
  return {
    code: known.code,
    message: known.message,
    title: vscode.l10n.t(title),
    advice: vscode.l10n.t(advice),
  };
}
