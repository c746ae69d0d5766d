import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { pathsOnLine } from '../gallery/list-paths.js';
import { isYaml } from './path-selector.js';
import { PathResolver } from '../gallery/resolve-path.js';
import type { MaskStore } from '../scoring/mask-store.js';
import { differs } from './differs.js';
import type { KnownFile, ScoredSamples } from './scored-samples.js';

/** A hover on an image's path: the picture with its mask, its label and the model's answer. */
export class PathHover implements vscode.HoverProvider {
  readonly #registry: DatasetRegistry;
  readonly #samples: ScoredSamples;
  readonly #masks: MaskStore;

  constructor(registry: DatasetRegistry, samples: ScoredSamples, masks: MaskStore) {
    this.#registry = registry;
    this.#samples = samples;
    this.#masks = masks;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    const { line, character } = position;
    const found = pathsOnLine(document.lineAt(line).text, line, isYaml(document)).find(
      ({ start, end }) => start <= character && character <= end,
    );
    if (!found) return undefined;
    const uri = await new PathResolver(document.uri, this.#registry).resolve(found.path);
    if (!uri || token.isCancellationRequested) return undefined;
    const known = await this.#samples.find(uri);
    const cancel = new AbortController();
    token.onCancellationRequested(() => {
      cancel.abort();
    });
    const { hoverPicture } = await import('./hover-picture.js');
    const picture = await hoverPicture(uri, known, this.#masks, cancel.signal);
    const text = new vscode.MarkdownString(undefined, true);
    if (picture) text.appendMarkdown(`![](${picture})\n\n`);
    for (const sentence of describe(known)) text.appendText(sentence).appendMarkdown('  \n');
    text.appendText(vscode.l10n.t('Research use, not for diagnosis'));
    return new vscode.Hover(text, new vscode.Range(line, found.start, line, found.end));
  }
}

/** What is known about a file, one sentence each. */
export function describe(known: KnownFile | undefined): string[] {
  if (!known) return [];
  const { sample, whereabouts, result, findings } = known;
  const percent = (share: number) => `${(share * 100).toFixed(1)} %`;
  const lines: string[] = [];
  if (sample && sample.label !== null) {
    const { split, patient } = whereabouts ?? { split: null, patient: null };
    lines.push(
      [
        vscode.l10n.t('Known label: {0}.', sample.label),
        ...(split === null ? [] : [vscode.l10n.t('Split: {0}.', split)]),
        ...(patient === null ? [] : [vscode.l10n.t('Patient: {0}.', patient)]),
      ].join(' '),
    );
  }
  if (result?.error) lines.push(vscode.l10n.t('Scoring failed: {0}', result.error.message));
  else if (result?.label === null) {
    lines.push(vscode.l10n.t('No answer: {0}.', result.withheld.join(', ')));
  } else if (result) {
    const answer =
      result.probability === null
        ? vscode.l10n.t('Answer: {0}.', result.label)
        : vscode.l10n.t('Answer: {0}, probability {1}.', result.label, percent(result.probability));
    lines.push(
      differs(known) ? `${answer} ${vscode.l10n.t('It differs from the known label.')}` : answer,
    );
  }
  for (const { message } of findings) lines.push(message);
  return lines;
}
