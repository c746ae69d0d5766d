import type { RendererChoice } from '@groundglass/viewer';
import * as vscode from 'vscode';

/** What the user has set of previews, as it is now. */
export const previewSettings = {
  /** What draws the picture. */
  get renderer(): RendererChoice {
    return of('renderer', 'auto');
  },
  /** Whether the prediction is asked for as soon as an image is opened. */
  get predictOnOpen(): boolean {
    return of('predictOnOpen', true);
  },
  /** Whether the pictures around one are shown below it. */
  get filmstrip(): boolean {
    return of('filmstrip', true);
  },
};

/** Shows the filmstrip, or hides it, in all windows. */
export async function toggleFilmstrip(): Promise<void> {
  await vscode.workspace
    .getConfiguration('groundglass')
    .update('filmstrip', !previewSettings.filmstrip, vscode.ConfigurationTarget.Global);
}

function of<T>(name: string, unset: T): T {
  return vscode.workspace.getConfiguration('groundglass').get(name, unset);
}
