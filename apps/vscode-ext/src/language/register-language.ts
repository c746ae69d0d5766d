import type { Finding } from '@groundglass/core';
import * as vscode from 'vscode';
import { viewTypeOf } from '../preview/view-type-of.js';
import type { DatasetEntry, DatasetRegistry } from '../datasets/dataset-registry.js';
import type { LoadedGallery } from '../gallery/gallery-source.js';
import type { SampleLookup } from '../preview/known-sample.js';
import type { MaskStore } from '../scoring/mask-store.js';
import { DatasetProblems } from './dataset-problems.js';
import { PathHover } from './path-hover.js';
import { PathLinks } from './path-links.js';
import { pathFiles } from './path-selector.js';
import { ProblemFixes } from './problem-fixes.js';
import { SampleDecorations } from './sample-decorations.js';
import { ScoredSamples } from './scored-samples.js';

interface LanguageOptions {
  readonly registry: DatasetRegistry;
  readonly masks: MaskStore;
  readonly resultsOf: (folder: vscode.Uri) => Promise<vscode.Uri[]>;
  readonly findingsOf: (folder: vscode.Uri) => Promise<Finding[]>;
}

/** What the rest of the extension uses of the language features. */
export interface LanguageFeatures extends vscode.Disposable {
  reportProblems(gallery: LoadedGallery): void;
  /** Puts a dataset's bad rows and audit findings into Problems. */
  showFindings(entry: DatasetEntry): Promise<void>;
  /** What a dataset records about a picture. */
  readonly sampleOf: SampleLookup;
}

/** Registers hovers, links, decorations and problems. */
export function registerLanguageFeatures({
  registry,
  masks,
  resultsOf,
  findingsOf,
}: LanguageOptions): LanguageFeatures {
  const samples = new ScoredSamples(registry, resultsOf, findingsOf);
  const decorations = new SampleDecorations(registry, samples);
  const problems = new DatasetProblems(findingsOf);
  const showAll = async () => {
    for (const entry of registry.known) await problems.show(entry);
    decorations.refresh();
  };
  const all = vscode.Disposable.from(
    problems,
    vscode.languages.registerHoverProvider(pathFiles, new PathHover(registry, samples, masks)),
    vscode.languages.registerDocumentLinkProvider(pathFiles, new PathLinks(registry)),
    vscode.window.registerFileDecorationProvider(decorations),
    vscode.languages.registerCodeActionsProvider(pathFiles, new ProblemFixes(registry), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
    registry.onDidChange(() => {
      samples.forget();
      void registry.find().then(showAll);
    }),
    registry.onDidFind(() => void showAll()),
    vscode.commands.registerCommand(
      'groundglass.openLinked',
      (given: Parameters<typeof vscode.Uri.from>[0]) => {
        const uri = vscode.Uri.from(given);
        return vscode.commands.executeCommand('vscode.openWith', uri, viewTypeOf(uri));
      },
    ),
    vscode.commands.registerCommand(
      'groundglass.openTogether',
      async (uris: readonly vscode.Uri[]) => {
        for (const [at, uri] of uris.slice(0, 4).entries()) {
          await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeOf(uri), {
            viewColumn: at === 0 ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside,
            preview: false,
          });
        }
      },
    ),
  );
  return Object.assign(all, {
    reportProblems: (gallery: LoadedGallery) => {
      problems.report(gallery);
    },
    showFindings: (entry: DatasetEntry) => problems.show(entry),
    sampleOf: async (uri: vscode.Uri) => {
      const known = await samples.find(uri);
      // Without a label there is nothing to compare.
      if (typeof known?.sample?.label !== 'string' || !known.whereabouts) return undefined;
      const { label } = known.sample;
      return { label, ...known.whereabouts, isPositive: label === known.positive };
    },
  });
}
