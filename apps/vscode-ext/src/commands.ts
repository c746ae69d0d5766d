import * as vscode from 'vscode';
import type { CtPreviewProvider } from './preview/ct-preview-provider.js';
import { openAsCt } from './preview/open-as-ct.js';
import { toggleFilmstrip } from './preview/preview-settings.js';
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
    'groundglass.predict': () => predict(previews),
    'groundglass.toggleMask': () => previews.active?.toggleMask(),
    'groundglass.toggleFilmstrip': () => toggleFilmstrip(),
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

/** Predicts the picture of the active editor; the walkthrough has none and uses the sample. */
async function predict(previews: CtPreviewProvider): Promise<void> {
  if (!previews.active) await vscode.commands.executeCommand('groundglass.openSample');
  previews.active?.predict();
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
  // A preview that regains focus late, or switching to the window with the token, must not close the question.
  const question = {
    title: vscode.l10n.t('Connect to a model server'),
    ignoreFocusOut: true,
  };
  const url = await vscode.window.showInputBox({
    ...question,
    prompt: vscode.l10n.t(
      'Address of a Groundglass, Triton or KServe server; empty for the server that comes with the extension.',
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
      prompt: vscode.l10n.t('Bearer token of the server; empty if it needs none.'),
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
