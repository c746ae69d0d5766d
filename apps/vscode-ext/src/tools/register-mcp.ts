import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import type { ServerManager } from '../server/server-manager.js';

/**
 * Tells VS Code how to start the bundled MCP server, for agents that use such servers: over the folders of the workspace, with the
 * models that the settings name. Nothing starts before an agent is allowed to use it.
 */
export function registerMcp(server: ServerManager, version: string): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      changed.fire();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => {
      changed.fire();
    }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('groundglass.server.models')) changed.fire();
    }),
    vscode.lm.registerMcpServerDefinitionProvider('groundglass.mcp', {
      onDidChangeMcpServerDefinitions: changed.event,
      provideMcpServerDefinitions: () => {
        const folders = (vscode.workspace.workspaceFolders ?? [])
          .filter(({ uri }) => uri.scheme === 'file')
          .flatMap(({ uri }) => ['--folder', uri.fsPath]);
        const { modelsFolder, script } = server;
        if (!vscode.workspace.isTrusted || folders.length === 0 || !existsSync(modelsFolder))
          return [];
        return [
          new vscode.McpStdioServerDefinition(
            'Groundglass',
            process.execPath,
            [script, 'mcp', '--with', modelsFolder, ...folders],
            // In a desktop editor the executable is Electron, which must behave as Node here.
            { ELECTRON_RUN_AS_NODE: '1' },
            version,
          ),
        ];
      },
    }),
  );
}
