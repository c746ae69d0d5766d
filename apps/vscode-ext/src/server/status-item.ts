import * as vscode from 'vscode';
import type { ServerManager, ServerState } from './server-manager.js';

/** The model and the state of its server in the status bar, while a CT image is open. */
export function createStatusItem(server: ServerManager): vscode.Disposable {
  const item = vscode.window.createStatusBarItem(
    'groundglass.server',
    vscode.StatusBarAlignment.Right,
    90,
  );
  item.name = 'Groundglass';
  item.command = 'groundglass.serverMenu';
  const show = (state: ServerState) => {
    const model = server.chosenModel;
    item.backgroundColor = undefined;
    switch (state.kind) {
      case 'stopped':
        item.text = '$(circle-outline) Groundglass';
        item.tooltip = vscode.l10n.t(
          'The model server is not running; it starts when it is needed.',
        );
        break;
      case 'starting':
        item.text = '$(loading~spin) Groundglass';
        item.tooltip = vscode.l10n.t('The model server is starting.');
        break;
      case 'running': {
        const shown = state.models.find(({ name }) => name === model) ?? state.models[0];
        item.text = `$(pulse) ${shown?.name ?? 'Groundglass'}${shown?.trained === false ? ' $(warning)' : ''}`;
        item.tooltip = state.remote
          ? vscode.l10n.t('Connected to a remote model server.')
          : vscode.l10n.t('The model server is running.');
        if (shown?.trained === false) {
          item.tooltip += ` ${vscode.l10n.t('The model is not trained: its probabilities mean nothing.')}`;
        }
        break;
      }
      case 'failed':
        item.text = '$(error) Groundglass';
        item.tooltip = state.message;
        item.backgroundColor = new vscode.ThemeColor('statusBarItem.errorBackground');
        break;
      default:
        state satisfies never;
    }
    item.show();
  };
  show(server.state);
  return vscode.Disposable.from(item, server.onDidChange(show));
}
