import * as vscode from 'vscode';
import type { DatasetRegistry } from '../datasets/dataset-registry.js';
import { baseNameOf, readTextOf } from '../datasets/workspace-files.js';
import { DatasetDiagnostic } from './dataset-problems.js';

const endingOf: Readonly<Record<string, string>> = {
  jpeg: '.jpg',
  png: '.png',
  dicom: '.dcm',
  metaimage: '.mha',
};

/** Quick fixes of problems of datasets: remove the row, rename the file, open the files side by side. */
export class ProblemFixes implements vscode.CodeActionProvider {
  readonly #registry: DatasetRegistry;

  constructor(registry: DatasetRegistry) {
    this.#registry = registry;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const actions: vscode.CodeAction[] = [];
    // Several problems of one row share one fix that removes it.
    const removable = new Set<number>();
    for (const shown of diagnostics) {
      if (shown.source !== 'Groundglass') continue;
      // VS Code passes copies of diagnostics, without their additional properties.
      const own = vscode.languages
        .getDiagnostics(document.uri)
        .find(
          (each): each is DatasetDiagnostic =>
            each instanceof DatasetDiagnostic &&
            each.message === shown.message &&
            each.range.isEqual(shown.range),
        );
      const { line } = shown.range.start;
      if (!removable.has(line)) actions.push(removeRow(document, shown));
      removable.add(line);
      const files = own?.files ?? [];
      const [file] = files;
      if (file && /ending|extension|format/.test(codeOf(shown))) {
        const rename = await this.#rename(file, shown);
        if (rename) actions.push(rename);
      }
      if (files.length > 1) {
        const open = new vscode.CodeAction(
          vscode.l10n.t('Open the pictures side by side'),
          vscode.CodeActionKind.QuickFix,
        );
        open.command = {
          command: 'groundglass.openTogether',
          title: open.title,
          arguments: [files],
        };
        open.diagnostics = [shown];
        actions.push(open);
      }
    }
    return actions;
  }

  /** Renames a file to match its content, in the manifest and lists of its dataset too. */
  async #rename(
    file: vscode.Uri,
    diagnostic: vscode.Diagnostic,
  ): Promise<vscode.CodeAction | undefined> {
    const { formatOf } = await import('../gallery/sniff-formats.js');
    const format = await formatOf(file);
    const ending = format === undefined ? undefined : endingOf[format];
    if (ending === undefined || file.path.toLowerCase().endsWith(ending)) return undefined;
    const name = baseNameOf(file);
    const renamed = name.replace(/\.[^.]*$/, '') + ending;
    const action = new vscode.CodeAction(
      vscode.l10n.t('Rename to {0}, in the dataset’s lists too', renamed),
      vscode.CodeActionKind.QuickFix,
    );
    const edit = new vscode.WorkspaceEdit();
    edit.renameFile(file, vscode.Uri.joinPath(file, '..', renamed));
    const entry = await this.#registry.entryOf(file);
    if (entry) {
      const texts = await vscode.workspace.findFiles(
        new vscode.RelativePattern(entry.folder, '**/{*.txt,*.lst,*.csv,samples.jsonl}'),
        undefined,
        100,
      );
      for (const uri of texts) {
        const lines = ((await readTextOf(uri)) ?? '').split(/\r?\n/);
        for (const [line, text] of lines.entries()) {
          for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
            // A match inside a longer name is another file.
            if (/[\w-]/.test(text[at - 1] ?? '') || /[\w-]/.test(text[at + name.length] ?? ''))
              continue;
            edit.replace(uri, new vscode.Range(line, at, line, at + name.length), renamed);
          }
        }
      }
    }
    action.edit = edit;
    action.diagnostics = [diagnostic];
    return action;
  }
}

function removeRow(
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
): vscode.CodeAction {
  const action = new vscode.CodeAction(
    vscode.l10n.t('Remove the row'),
    vscode.CodeActionKind.QuickFix,
  );
  const { line } = diagnostic.range.start;
  action.edit = new vscode.WorkspaceEdit();
  action.edit.delete(document.uri, document.lineAt(line).rangeIncludingLineBreak);
  action.diagnostics = [diagnostic];
  action.isPreferred = codeOf(diagnostic) === 'bad-row';
  return action;
}

function codeOf({ code }: vscode.Diagnostic): string {
  return typeof code === 'object' ? String(code.value) : String(code ?? '');
}
