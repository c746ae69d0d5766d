import * as vscode from 'vscode';
import { CtPreviewProvider } from './preview/ct-preview-provider.js';
import { tokenSecret, type ServerManager } from './server/server-manager.js';

/** What the commands act on. */
export interface CommandTargets {
  readonly previews: CtPreviewProvider;
  readonly server: ServerManager;
  readonly secrets: vscode.SecretStorage;
}

/** Registers all commands of the extension. */
export function registerCommands({ previews, server, secrets }: CommandTargets): vscode.Disposable {
  const commands: Readonly<Record<string, (uri?: vscode.Uri) => unknown>> = {
    'groundglass.openAsCt': (uri) => openAsCt(uri),
    'groundglass.predict': () => previews.active?.predict(),
    'groundglass.toggleMask': () => previews.active?.toggleMask(),
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

/** Opens a file that the explorer or the editor names; else the active one; else the user picks one. */
async function openAsCt(uri: vscode.Uri | undefined): Promise<void> {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input as
    { uri?: unknown } | undefined;
  const active = input?.uri instanceof vscode.Uri ? input.uri : undefined;
  const chosen =
    uri ??
    active ??
    (await vscode.window.showOpenDialog({ title: vscode.l10n.t('Open as CT') }))?.[0];
  if (chosen)
    await vscode.commands.executeCommand('vscode.openWith', chosen, CtPreviewProvider.viewTypes[0]);
}

async function chooseModel(server: ServerManager): Promise<void> {
  const release = server.keepAwake();
  try {
    const models = await (await server.connect()).models();
    const picked = await vscode.window.showQuickPick(
      models.map(({ name, version, trained }) => ({
        label: name,
        description: version,
        detail: trained
          ? vscode.l10n.t('trained')
          : vscode.l10n.t('not trained: its probabilities mean nothing'),
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

async function connectToServer(secrets: vscode.SecretStorage): Promise<void> {
  const configuration = vscode.workspace.getConfiguration('groundglass');
  const url = await vscode.window.showInputBox({
    title: vscode.l10n.t('Connect to a Groundglass server'),
    prompt: vscode.l10n.t('Its address; empty for the server that comes with the extension.'),
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
      title: vscode.l10n.t('Connect to a Groundglass server'),
      prompt: vscode.l10n.t('Its bearer token; empty where it asks for none.'),
      password: true,
    });
    if (token === undefined) return;
    if (token === '') await secrets.delete(tokenSecret);
    else await secrets.store(tokenSecret, token);
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
