import type { RendererChoice } from '@groundglass/viewer';
import * as vscode from 'vscode';

/** The user's current preview settings. */
export const previewSettings = {
  /** Renderer. */
  get renderer(): RendererChoice {
    return of('renderer', 'auto');
  },
  /** Whether to request the prediction as soon as an image is opened. */
  get predictOnOpen(): boolean {
    return of('predictOnOpen', true);
  },
  /** Whether to show neighbouring pictures below one. */
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
