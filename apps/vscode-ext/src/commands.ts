import * as vscode from 'vscode';
import type { CtPreviewProvider } from './preview/ct-preview-provider.js';
import { viewTypeOf } from './preview/view-type-of.js';
import type { ServerManager } from './server/server-manager.js';
import { tokenSecret } from './server/server-settings.js';

/** What the commands act on. */
export interface CommandTargets {
  readonly previews: CtPreviewProvider;
  readonly server: ServerManager;
  readonly secrets: vscode.SecretStorage;
}

/** Registers all commands of the extension. */
export function registerCommands({ previews, server, secrets }: CommandTargets): vscode.Disposable {
  const commands: Readonly<
    Record<string, (uri?: vscode.Uri, selected?: readonly vscode.Uri[]) => unknown>
  > = {
    'groundglass.openAsCt': (uri, selected) => openAsCt(uri, selected),
    'groundglass.predict': () => previews.active?.predict(),
    'groundglass.toggleMask': () => previews.active?.toggleMask(),
    'groundglass.toggleFilmstrip': () => {
      const settings = vscode.workspace.getConfiguration('groundglass');
      const isShown = settings.get('filmstrip', true);
      return settings.update('filmstrip', !isShown, vscode.ConfigurationTarget.Global);
    },
    'groundglass.restartServer': () => {
      server.restart();
    },
    'groundglass.stopServer': () => {
      server.stop();
    },
    'groundglass.showLog': () => {
      server.showLog();
    },
    'groundglass.chooseModel': () => chooseModel(server),
    'groundglass.connectToServer': () => connectToServer(secrets),
    'groundglass.serverMenu': () => serverMenu(),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

/** Editors that one command opens at most. */
const mostEditors = 8;

/** Opens the files that the explorer or the editor names, each in an editor; else the active one; else the user picks some. */
async function openAsCt(
  uri: vscode.Uri | undefined,
  selected: readonly vscode.Uri[] = [],
): Promise<void> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input as
    { uri?: unknown } | undefined;
  const active = input?.uri instanceof vscode.Uri ? input.uri : undefined;
  const named = uri ?? active;
  const chosen =
    selected.length > 1
      ? selected
      : named
        ? [named]
        : ((await vscode.window.showOpenDialog({
            title: vscode.l10n.t('Open as CT'),
            canSelectMany: true,
          })) ?? []);
  if (chosen.length > mostEditors) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t(
        '{0} files are selected; the first {1} are opened.',
        ...[chosen.length, mostEditors],
      ),
    );
  }
  for (const each of chosen.slice(0, mostEditors)) {
    const file = await fileOf(each);
    if (file) {
      const options = chosen.length > 1 ? { preview: false } : {};
      await vscode.commands.executeCommand('vscode.openWith', file, viewTypeOf(file), options);
    } else
      void vscode.window.showWarningMessage(vscode.l10n.t('There is no CT image in this folder.'));
  }
}

/** The file itself; of a folder the first CT image. A file that is not there is for the preview to tell of. */
async function fileOf(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const type = await vscode.workspace.fs.stat(uri).then(
    (stat) => stat.type,
    () => vscode.FileType.File,
  );
  if ((type & vscode.FileType.Directory) === 0) return uri;
  const { firstCtInFolder } = await import('./preview/first-ct-in-folder.js');
  return firstCtInFolder(uri);
}

async function chooseModel(server: ServerManager): Promise<void> {
  const release = server.keepAwake();
  try {
    const { models } = await server.connect();
    const picked = await vscode.window.showQuickPick(
      models.map(({ name, version, trained }) => ({
        label: name,
        description: version,
        detail: trainingOf(trained),
      })),
      { title: vscode.l10n.t('Model for predictions') },
    );
    if (!picked) return;
    await vscode.workspace
      .getConfiguration('groundglass')
      .update('server.model', picked.label, vscode.ConfigurationTarget.Global);
  } catch (error) {
    void vscode.window.showErrorMessage(error instanceof Error ? error.message : String(error));
  } finally {
    release();
  }
}

function trainingOf(trained: boolean | null): string {
  if (trained === null) return vscode.l10n.t('the server does not say whether it is trained');
  return trained
    ? vscode.l10n.t('trained')
    : vscode.l10n.t('not trained: its probabilities mean nothing');
}

async function connectToServer(secrets: vscode.SecretStorage): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('groundglass');
  // A preview that gets its focus back late, or the window that a token is copied from, must not close the question.
  const question = {
    title: vscode.l10n.t('Connect to a model server'),
    ignoreFocusOut: true,
  };
  const url = await vscode.window.showInputBox({
    ...question,
    prompt: vscode.l10n.t(
      'Groundglass, Triton or KServe: its address; empty for the server that comes with the extension.',
    ),
    placeHolder: 'http://127.0.0.1:8808',
    value: configuration.get('server.url', ''),
    validateInput: (text) =>
      text === '' || /^https?:\/\/\S+$/.test(text)
        ? undefined
        : vscode.l10n.t('Expected http:// or https://'),
  });
  if (url === undefined) return;
  if (url !== '') {
    const token = await vscode.window.showInputBox({
      ...question,
      prompt: vscode.l10n.t('Its bearer token; empty where it asks for none.'),
      password: true,
    });
    if (token === undefined) return;
    if (token === '') await secrets.delete(tokenSecret(url));
    else await secrets.store(tokenSecret(url), token);
  }
  await configuration.update('server.url', url, vscode.ConfigurationTarget.Global);
}

async function serverMenu(): Promise<void> {
  const picked = await vscode.window.showQuickPick(
    [
      { label: vscode.l10n.t('Choose the model'), command: 'groundglass.chooseModel' },
      { label: vscode.l10n.t('Restart the server'), command: 'groundglass.restartServer' },
      { label: vscode.l10n.t('Stop the server'), command: 'groundglass.stopServer' },
      { label: vscode.l10n.t('Show the log'), command: 'groundglass.showLog' },
      { label: vscode.l10n.t('Connect to another server'), command: 'groundglass.connectToServer' },
    ],
    { title: 'Groundglass' },
  );
  if (picked) await vscode.commands.executeCommand(picked.command);
}
