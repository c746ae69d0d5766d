import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { badgeOf } from './badge-of.js';
import { describe } from './path-hover.js';
import type { ScoredSamples } from './scored-samples.js';

/** Pictures in the explorer: letters of their label, a sign of the model's answer, "!" if the two differ. */
export class SampleDecorations implements vscode.FileDecorationProvider {
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeFileDecorations = this.#changed.event;
  readonly #registry: DatasetRegistry;
  readonly #samples: ScoredSamples;

  constructor(registry: DatasetRegistry, samples: ScoredSamples) {
    this.#registry = registry;
    this.#samples = samples;
  }

  refresh(): void {
    this.#changed.fire(undefined);
  }

  async provideFileDecoration(uri: vscode.Uri): Promise<vscode.FileDecoration | undefined> {
    if (!/\.(png|jpe?g|dcm|dicom|ima|nii|gz|mha|mhd)$/i.test(uri.path)) return undefined;
    // The first picture in the explorer starts the search for datasets; all are decorated again when they are found.
    if (this.#registry.known.length === 0) {
      void this.#registry.find();
      return undefined;
    }
    const known = await this.#samples.find(uri);
    const badge = known && badgeOf(known);
    if (badge === undefined) return undefined;
    const colour = badge === '!' ? new vscode.ThemeColor('list.warningForeground') : undefined;
    return new vscode.FileDecoration(badge, describe(known).join('\n'), colour);
  }
}
