import * as vscode from 'vscode';
import { registerCommands } from './commands.js';
import { registerCompare } from './compare/register-compare.js';
import { registerWorkbench } from './datasets/register-workbench.js';
import { Predictor } from './predict/predictor.js';
import { CtPreviewProvider } from './preview/ct-preview-provider.js';
import { ServerManager } from './server/server-manager.js';
import { createStatusItem } from './server/status-item.js';
import { registerMcp } from './tools/register-mcp.js';

/** Called by VS Code when a CT file, the view of datasets or one of the commands is opened. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Groundglass', { log: true });
  const server = new ServerManager(context, log);
  const workbench = registerWorkbench(context, server, log);
  const predictor = new Predictor(server);
  const { extensionUri } = context;
  const { sampleOf, neighbours } = workbench;
  const previews = new CtPreviewProvider(
    ...([predictor, extensionUri, log, sampleOf, neighbours] as const),
  );
  context.subscriptions.push(
    log,
    server,
    previews.register(),
    registerReview(extensionUri, log),
    createStatusItem(server),
    registerCompare({ predictor, server, extensionUri, log, sampleOf }),
    registerCommands({ previews, server, secrets: context.secrets }),
    workbench,
    registerMcp(server, (context.extension.packageJSON as { version: string }).version),
  );
}

/** The editor of reviews of papers, whose code loads with the first one. */
function registerReview(extensionUri: vscode.Uri, log: vscode.LogOutputChannel): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(
    'groundglass.paperReview',
    {
      async resolveCustomTextEditor(document, panel) {
        const { ReviewEditorProvider } = await import('./review/review-editor-provider.js');
        await new ReviewEditorProvider(extensionUri, log).resolveCustomTextEditor(document, panel);
      },
    },
    { webviewOptions: { retainContextWhenHidden: true } },
  );
}
