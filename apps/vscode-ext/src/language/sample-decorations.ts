import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { describe } from './path-hover.js';
import { differs, type ScoredSamples } from './scored-samples.js';

/** Pictures in the explorer: the first letters of their label, "!" where the model answers differently. */
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
    // Datasets are looked for when their view or a command asks, never because a file is listed.
    if (this.#registry.known.length === 0) return undefined;
    if (!/\.(png|jpe?g|dcm|dicom|ima|nii|gz|mha|mhd)$/i.test(uri.path)) return undefined;
    const known = await this.#samples.find(uri);
    if (!known) return undefined;
    const tooltip = describe(known).join('\n');
    if (differs(known)) {
      return new vscode.FileDecoration(
        '!',
        tooltip,
        new vscode.ThemeColor('list.warningForeground'),
      );
    }
    const label = known.sample?.label;
    return new vscode.FileDecoration(label ? badgeOf(label) : undefined, tooltip);
  }
}

/** Two letters of a label: the first of its first two words, else the first two. */
export function badgeOf(label: string): string {
  const words = label.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const letters = words.length > 1 ? `${words[0]![0]!}${words[1]![0]!}` : label.slice(0, 2);
  return letters.toUpperCase();
}
