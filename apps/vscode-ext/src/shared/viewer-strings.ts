import { defaultStrings, type ViewerStrings } from '@groundglass/viewer/strings';
import * as vscode from 'vscode';

/** The viewer's texts in the editor's language, from `l10n/`. */
export function viewerStrings(): ViewerStrings {
  return Object.fromEntries(
    Object.entries(defaultStrings).map(([key, text]) => [key, vscode.l10n.t(text)]),
  ) as ViewerStrings;
}
