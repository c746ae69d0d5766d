const { writeFile } = require('node:fs/promises');
const { join } = require('node:path');
const vscode = require('vscode');

/** Calls the language-model tools as a chat extension does, and writes what they answer to the workspace. */
exports.activate = (context) => {
  const folder = vscode.workspace.workspaceFolders[0].uri.fsPath;
  const call = async (name, input) => {
    try {
      const options = { input, toolInvocationToken: undefined };
      const { content } = await vscode.lm.invokeTool(name, options);
      return content.map((part) =>
        part.value === undefined
          ? { mime: part.mimeType, bytes: part.data?.byteLength }
          : JSON.parse(part.value),
      );
    } catch (error) {
      return [{ failed: String(error.message) }];
    }
  };
  context.subscriptions.push(
    vscode.commands.registerCommand('toolCaller.call', async () => {
      const answers = {
        names: vscode.lm.tools.map(({ name }) => name).filter((name) => name.startsWith('ground')),
        summary: await call('groundglass_summarizeDataset', { dataset: 'phantoms' }),
        found: await call('groundglass_find', { dataset: 'phantoms', split: 'test', limit: 2 }),
        undivided: await call('groundglass_summarizeDataset', { dataset: 'undivided' }),
        predicted: await call('groundglass_predict', { path: 'covid-slice.png' }),
        outside: await call('groundglass_predict', { path: '../ud/User/settings.json' }),
      };
      await writeFile(join(folder, 'tool-answers.json'), JSON.stringify(answers));
    }),
  );
};
