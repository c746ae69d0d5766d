import { randomBytes } from 'node:crypto';
import { parseReview, type ReviewRow } from '@groundglass/papers/review';
import * as vscode from 'vscode';
import { applyReview } from './apply-review.js';
import type { FromReview, ShownRow, ToReview } from './review-protocol.js';

/** Shows `*.review.jsonl`: the figures cut from papers, for a person to accept or to correct. */
export class ReviewEditorProvider implements vscode.CustomTextEditorProvider {
  readonly #extensionUri: vscode.Uri;
  readonly #log: vscode.LogOutputChannel;

  constructor(extensionUri: vscode.Uri, log: vscode.LogOutputChannel) {
    this.#extensionUri = extensionUri;
    this.#log = log;
  }

  /** @throws {vscode.FileSystemError} when the extension's own files are gone. */
  async resolveCustomTextEditor(
    document: vscode.TextDocument,
    panel: vscode.WebviewPanel,
  ): Promise<void> {
    const { webview } = panel;
    const folder = vscode.Uri.joinPath(document.uri, '..');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    const address = (path: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(folder, path)).toString();
    const toShown = (row: ReviewRow): ShownRow => ({
      row,
      picture: address(row.picture.path),
      page: row.pageView && address(row.pageView.path),
    });
    const showAll = (): void => {
      const { rows, problems } = parseReview(document.getText());
      void webview.postMessage({
        type: 'rows',
        rows: rows.map(toShown),
        problems: problems.map(({ line, message }) => `${line}: ${message}`),
      } satisfies ToReview);
    };
    // Thousands of figures are read once; after a decision only its own line is.
    const showChanged = (changes: readonly vscode.TextDocumentContentChangeEvent[]): void => {
      const isInLines = changes.every(
        ({ range, text }) => range.isSingleLine && !/[\r\n]/.test(text),
      );
      const lines = new Set(changes.map(({ range }) => range.start.line));
      const { rows, problems } = parseReview(
        isInLines ? [...lines].map((line) => document.lineAt(line).text).join('\n') : '',
      );
      if (isInLines && rows.length === lines.size && problems.length === 0)
        void webview.postMessage({ type: 'changed', rows: rows.map(toShown) } satisfies ToReview);
      else showAll();
    };
    // A long file takes seconds to write: decisions made meanwhile are written together.
    let saving: Promise<void> | undefined;
    let isBehind = false;
    /** Whether something was undone while VS Code wrote: it then considers the text saved and would not write it. */
    let isUndone = false;
    const save = async (): Promise<void> => {
      try {
        while (isBehind || isUndone) {
          if (!isBehind) {
            isUndone = false;
            await writeAsShown(document, panel);
            continue;
          }
          isBehind = false;
          const { version } = document;
          if (await document.save()) continue;
          // VS Code also returns false when an edit came while it wrote: write that next.
          if (document.version === version)
            throw new Error('Expected a file that can be written, VS Code did not save it');
          isBehind = true;
        }
      } finally {
        saving = undefined;
      }
    };
    const fail = (error: unknown): void => {
      this.#log.error(`Review: ${String(error)}`);
      void webview.postMessage({
        type: 'failed',
        message: error instanceof Error ? error.message : String(error),
      } satisfies ToReview);
    };
    const saveSoon = (): void => {
      isBehind = true;
      saving ??= save().catch(fail);
    };
    // One after another: each edit builds on the text of the one before.
    let last: Promise<unknown> = Promise.resolve();
    const subscriptions = [
      webview.onDidReceiveMessage((message: FromReview) => {
        if (message.type === 'ready') {
          showAll();
          return;
        }
        last = last
          .then(() => edit(document, message))
          .then(saveSoon)
          .catch(fail);
      }),
      vscode.workspace.onDidChangeTextDocument((event) => {
        if (event.document !== document || event.contentChanges.length === 0) return;
        showChanged(event.contentChanges);
        // An undo here is saved like a decision; in a text editor the user saves.
        if (event.reason === undefined || !panel.active) return;
        isUndone ||= saving !== undefined;
        saveSoon();
      }),
    ];
    panel.onDidDispose(() => {
      for (const subscription of subscriptions) subscription.dispose();
    });
    webview.html = await this.#html(webview);
  }

  async #html(webview: vscode.Webview): Promise<string> {
    const read = async (...path: string[]): Promise<string> =>
      new TextDecoder().decode(
        await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#extensionUri, ...path)),
      );
    const [script, style] = await Promise.all([
      read('dist', 'review.js'),
      read('media', 'review.css'),
    ]);
    const nonce = randomBytes(16).toString('base64');
    const policy = [
      "default-src 'none'",
      `img-src ${webview.cspSource}`,
      `script-src 'nonce-${nonce}'`,
      `style-src 'nonce-${nonce}'`,
    ];
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Groundglass review</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main></main>
<script nonce="${nonce}">${script}</script>
</body>
</html>`;
  }
}

/** Writes the editor's text if the file differs. */
async function writeAsShown(
  document: vscode.TextDocument,
  panel: vscode.WebviewPanel,
): Promise<void> {
  const text = document.getText();
  const { fs } = vscode.workspace;
  if (new TextDecoder().decode(await fs.readFile(document.uri)) === text) return;
  // The user's command writes a text that counts as saved, too. If another program writes, VS Code refuses to save until it has noticed.
  if (panel.active) await vscode.commands.executeCommand('workbench.action.files.save');
  else await fs.writeFile(document.uri, new TextEncoder().encode(text));
}

/** Replaces the line of one row. */
async function edit(
  document: vscode.TextDocument,
  action: Exclude<FromReview, { type: 'ready' }>,
): Promise<void> {
  for (let line = 0; line < document.lineCount; line++) {
    const { text, range } = document.lineAt(line);
    // Parsing a line takes far longer than searching for its id.
    if (!text.includes(JSON.stringify(action.id))) continue;
    const row = rowOf(text);
    if (row?.id !== action.id) continue;
    const change = new vscode.WorkspaceEdit();
    change.replace(document.uri, range, JSON.stringify(applyReview(row, action)));
    if (!(await vscode.workspace.applyEdit(change))) {
      throw new Error('Expected a file that can be changed, VS Code refused the edit');
    }
    return;
  }
  throw new Error(`Expected a row called ${action.id}, the file has none`);
}

function rowOf(text: string): ReviewRow | undefined {
  return parseReview(text).rows[0];
}
