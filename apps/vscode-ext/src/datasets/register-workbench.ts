import * as vscode from 'vscode';
import { GalleryProvider } from '../gallery/gallery-provider.js';
import type { GalleryServices } from '../gallery/gallery-services.js';
import { registerLanguageFeatures } from '../language/register-language.js';
import type { SampleLookup } from '../preview/known-sample.js';
import type { ServerManager } from '../server/server-manager.js';
import { MaskStore } from '../scoring/mask-store.js';
import { ScoringClient } from '../scoring/scoring-client.js';
import { ScoringService, type ScoringTarget } from '../scoring/scoring-service.js';
import { registerTools } from '../tools/register-tools.js';
import { registerDatasetCommands } from './dataset-commands.js';
import { DatasetRegistry, type DatasetEntry } from './dataset-registry.js';
import { DatasetTree, type DatasetNode } from './dataset-tree.js';
import { PictureAssociations } from './picture-associations.js';
import { Neighbours } from './neighbours.js';

/** What the rest of the extension uses of the workbench. */
interface Workbench extends vscode.Disposable {
  readonly sampleOf: SampleLookup;
  readonly neighbours: Neighbours;
}

/** The dataset workbench: the view, scoring, galleries, path hovers and links, and the tools. Nothing of it runs before it is used. */
export function registerWorkbench(
  context: vscode.ExtensionContext,
  server: ServerManager,
  log: vscode.LogOutputChannel,
): Workbench {
  const registry = new DatasetRegistry(log);
  const storage = context.storageUri ?? context.globalStorageUri;
  const masks = new MaskStore(storage);
  const client = new ScoringClient(server);
  const scoring = new ScoringService(server, client, masks, storage, log);
  const neighbours = new Neighbours();
  const foldersOf = (folder: vscode.Uri) => [folder, scoring.storageOf(folder)];
  const resultsOf = async (folder: vscode.Uri) =>
    (await import('./results-beside.js')).resultsBeside(foldersOf(folder));
  const findingsOf = async (folder: vscode.Uri) =>
    (await import('./results-beside.js')).findingsBeside(foldersOf(folder));
  const baselinesOf = async (folder: vscode.Uri) =>
    (await import('./results-beside.js')).baselinesBeside(foldersOf(folder));
  const language = registerLanguageFeatures({ registry, masks, resultsOf, findingsOf });

  const score = async (target: ScoringTarget, state?: unknown) => {
    const reason = server.unavailableReason;
    if (reason !== undefined) {
      void vscode.window.showErrorMessage(reason);
      return;
    }
    const { scoreWithProgress } = await import('../scoring/score-with-progress.js');
    await scoreWithProgress(scoring, target, (results) => {
      void galleries.openResults(results, state);
    });
    void tree.refresh();
  };
  const services: GalleryServices = {
    ...{ registry, scoring, masks, neighbours, log, resultsOf, findingsOf, baselinesOf, score },
    whyNoScoring: () => server.unavailableReason,
    reportProblems: (gallery) => {
      language.reportProblems(gallery);
    },
  };
  const galleries = new GalleryProvider(services, context.extensionUri);
  const tree = new DatasetTree(registry, (entry) => resultsOf(entry.folder));
  const viewId = 'groundglass.datasets';
  const view = vscode.window.createTreeView<DatasetNode>(viewId, {
    treeDataProvider: tree,
    canSelectMany: true,
    showCollapseAll: true,
  });
  const audit = async (entry: DatasetEntry) => {
    const { auditEntry } = await import('./audit-entry.js');
    const found = await auditEntry(entry, foldersOf(entry.folder), log);
    if (found) await language.showFindings(entry);
    return found;
  };
  const auditAndShow = async (entry: DatasetEntry) => {
    const found = await audit(entry);
    if (!found) return;
    if (found.all === 0) {
      void vscode.window.showInformationMessage(
        vscode.l10n.t('{0}: the audit found nothing.', entry.name),
      );
      return;
    }
    await vscode.commands.executeCommand('workbench.actions.view.problems');
    const { errors, all: count, conflicts } = found;
    const counts = vscode.l10n.t(
      '{0}: the audit found {1} errors, {2} findings in all: see Problems.',
      ...[entry.name, errors, count],
    );
    const show =
      conflicts === 0
        ? vscode.l10n.t('Open the gallery')
        : vscode.l10n.t('Show {0} label conflicts', conflicts);
    const picked = await vscode.window.showWarningMessage(counts, show);
    if (picked !== show) return;
    const { conflictRule } = await import('./audit-entry.js');
    const filter = conflicts === 0 ? {} : { facets: { finding: [conflictRule] } };
    await galleries.openDataset(entry, { filter });
  };
  const all = vscode.Disposable.from(
    registry,
    new PictureAssociations(registry),
    scoring,
    language,
    view,
    galleries.register(),
    registry.onDidChange(() => {
      void vscode.window.withProgress({ location: { viewId } }, () => tree.refresh());
    }),
    registerDatasetCommands({
      ...{ registry, galleries, neighbours, score, audit: auditAndShow },
      extensionUri: context.extensionUri,
      globalStorageUri: context.globalStorageUri,
    }),
    registerTools({ registry, client, resultsOf, findingsOf, audit }),
  );
  return Object.assign(all, { sampleOf: language.sampleOf, neighbours });
}
