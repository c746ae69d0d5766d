import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { AnswerSource } from '../predict/answer-source.js';
import { activeUri } from '../preview/active-uri.js';
import type { SampleLookup } from '../preview/known-sample.js';
import { comparisonViewType } from '../preview/view-type-of.js';
import { readPageParts } from '../preview/webview-html.js';
import type { ServerManager } from '../server/server-manager.js';
import { sayLost } from '../shared/say-lost.js';
import type { ComparedPicture, Comparison } from './kept-comparison.js';

/** Dependencies of the compare commands. */
export interface CompareServices {
  readonly predictor: AnswerSource;
  /** Undefined if no process can be started. */
  readonly server: ServerManager | undefined;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
  readonly sampleOf: SampleLookup;
}

/** Maximum number of pictures side by side. */
const mostSides = 4;

/** Registers the commands that open linked comparisons: of files, of revisions, and of models. */
export function registerCompare(services: CompareServices): vscode.Disposable {
  const commands: Readonly<Record<string, (given: unknown, selected?: unknown) => unknown>> = {
    'groundglass.compare': (given, selected) => compare(given, selected, services),
    'groundglass.compareRevision': (given) => compareRevision(given, services),
    'groundglass.compareModels': (given) => compareModels(given, services),
  };
  return vscode.Disposable.from(
    vscode.window.registerWebviewPanelSerializer(comparisonViewType, {
      deserializeWebviewPanel: (panel, state) => restore(panel, state, services),
    }),
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

/** Compares the selected files; for a single one asks what to compare it with. */
async function compare(
  given: unknown,
  selected: unknown,
  services: CompareServices,
): Promise<void> {
  const all = Array.isArray(selected) ? selected.map(uriOf).filter((uri) => uri !== undefined) : [];
  if (all.length > mostSides) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} pictures are selected; the first {1} are compared.',
        ...[all.length, mostSides],
      ),
    );
  }
  if (all.length > 1) return open(filesOf(all.slice(0, mostSides)), services);
  const uri = uriOf(given) ?? activeUri() ?? (await pickFile());
  if (!uri) return;
  const kinds = [
    { label: vscode.l10n.t('Another picture …'), run: () => compareFile(uri, services) },
    { label: vscode.l10n.t('A Git revision …'), run: () => compareRevision(uri, services) },
    { label: vscode.l10n.t('Another model …'), run: () => compareModels(uri, services) },
  ];
  const picked = await vscode.window.showQuickPick(kinds, {
    title: vscode.l10n.t('Compare {0} with', posix.basename(uri.path)),
  });
  await picked?.run();
}

async function compareFile(uri: vscode.Uri, services: CompareServices): Promise<void> {
  const other = await pickFile(vscode.Uri.joinPath(uri, '..'));
  if (other) await open(filesOf([uri, other]), services);
}

/** Compares a file with its version at a commit. */
async function compareRevision(given: unknown, services: CompareServices): Promise<void> {
  const uri = pictureOf(given);
  if (!uri) return;
  // The left side of a Git diff has the same file name.
  const file = uri.scheme === 'git' ? uri.with({ scheme: 'file', query: '' }) : uri;
  const title = posix.basename(file.path);
  const { revisionsOf } = await import('./git-revisions.js');
  const revisions = await revisionsOf(file);
  if (!revisions || revisions.length === 0) {
    void vscode.window.showWarningMessage(
      revisions
        ? vscode.l10n.t('Git has no revision of {0}: it is not committed yet.', title)
        : vscode.l10n.t('{0} is not in a Git repository that is open here.', title),
    );
    return;
  }
  const picked = await vscode.window.showQuickPick(
    revisions.map((revision) => ({
      label: revision.subject,
      description: revision.name,
      detail: revision.date?.toLocaleString() ?? '',
      revision,
    })),
    { title: vscode.l10n.t('Revision of {0}', title), matchOnDescription: true },
  );
  if (!picked) return;
  const { revision } = picked;
  const now = vscode.l10n.t('as it is now');
  await open(
    [
      { uri: revision.uri, title, detail: `${revision.name} ${revision.subject}` },
      { uri: file, title, detail: now },
    ],
    services,
  );
}

/** Compares the answers of two models on one file. */
async function compareModels(given: unknown, services: CompareServices): Promise<void> {
  const uri = pictureOf(given);
  if (!uri) return;
  const { server, predictor } = services;
  const reason = predictor.unavailableReason;
  if (!server || reason !== undefined) {
    void vscode.window.showErrorMessage(reason ?? '');
    return;
  }
  const release = server.keepAwake();
  let names: string[];
  try {
    names = (await server.connect()).models.map(({ name }) => name);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
    return;
  } finally {
    release();
  }
  if (names.length < 2) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('The server has only one model: there is nothing to compare it with.'),
    );
    return;
  }
  const chosen = names.length === 2 ? names : await pickModels(names, server.chosenModel);
  if (chosen?.length === 1) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Choose at least two models to compare.'),
    );
  }
  if (!chosen || chosen.length < 2) return;
  const title = posix.basename(uri.path);
  const sides = chosen.slice(0, mostSides).map((model) => ({ uri, title, detail: model, model }));
  await open(sides, services, 'masks');
}

async function pickModels(
  names: readonly string[],
  chosen: string | undefined,
): Promise<readonly string[] | undefined> {
  const items = names.map((label) => ({ label, picked: label === chosen }));
  const title = vscode.l10n.t('Models to compare, two or more');
  const picked = await vscode.window.showQuickPick(items, { canPickMany: true, title });
  return picked?.map(({ label }) => label);
}

async function open(
  pictures: readonly ComparedPicture[],
  services: CompareServices,
  difference: Comparison['difference'] = 'values',
): Promise<void> {
  const { openComparison } = await import('./open-comparison.js');
  openComparison({ pictures, difference }, await panelServices(services));
}

/** Fills a panel that VS Code restored after a window reload. */
async function restore(
  panel: vscode.WebviewPanel,
  state: unknown,
  services: CompareServices,
): Promise<void> {
  const [{ parseKeptComparison }, { fillComparison }] = await Promise.all([
    import('./kept-comparison.js'),
    import('./open-comparison.js'),
  ]);
  const comparison = parseKeptComparison(state);
  // A comparison that cannot be reopened must not stay as an empty page.
  if (comparison) fillComparison(panel, comparison, await panelServices(services));
  else {
    sayLost(panel);
    panel.dispose();
  }
}

async function panelServices({ extensionUri, predictor, log, sampleOf }: CompareServices) {
  return { predictor, page: await readPageParts(extensionUri, 'comparison'), log, sampleOf };
}

/** Files by their names, with their folders where two names are equal. */
function filesOf(uris: readonly vscode.Uri[]): ComparedPicture[] {
  const names = uris.map(({ path }) => posix.basename(path));
  return uris.map((uri, at) => {
    const title = names[at]!;
    const isTwice = names.indexOf(title) !== names.lastIndexOf(title);
    const folder = vscode.workspace.asRelativePath(vscode.Uri.joinPath(uri, '..'));
    return { uri, title, detail: isTwice ? folder : '' };
  });
}

async function pickFile(folder?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Picture to compare'),
    openLabel: vscode.l10n.t('Compare'),
    ...(folder ? { defaultUri: folder } : {}),
  });
  return picked?.[0];
}

/** The picture that a command applies to; tells the user if there is none. */
function pictureOf(given: unknown): vscode.Uri | undefined {
  const uri = uriOf(given) ?? activeUri();
  if (!uri)
    void vscode.window.showInformationMessage(
      vscode.l10n.t('Open a picture first, or choose this in its context menu in the Explorer.'),
    );
  return uri;
}

/** The file of a menu: from the explorer, a tab, or a Git change. */
function uriOf(given: unknown): vscode.Uri | undefined {
  if (given instanceof vscode.Uri) return given;
  const resource = (given as { resourceUri?: unknown } | undefined)?.resourceUri;
  return resource instanceof vscode.Uri ? resource : undefined;
}
