import * as vscode from 'vscode';

/** The script and the style sheet of the page. */
export interface PageParts {
  readonly script: string;
  readonly style: string;
}

/**
 * Reads a page's script and the style sheet of all pages.
 *
 * @throws {vscode.FileSystemError} when the extension's own files are gone.
 */
export async function readPageParts(
  extensionUri: vscode.Uri,
  script: 'webview' | 'gallery' | 'comparison',
): Promise<PageParts> {
  const read = async (...path: string[]) =>
    new TextDecoder().decode(
      await vscode.workspace.fs.readFile(vscode.Uri.joinPath(extensionUri, ...path)),
    );
  const [code, style] = await Promise.all([
    read('dist', `${script}.js`),
    read('media', 'webview.css'),
  ]);
  return { script: code, style };
}

/**
 * The page of a preview or gallery, with its initial data as JSON in `#start`: one script and one style sheet by nonce, other styles only
 * by constructed sheets, no `eval`, no connection to anywhere.
 *
 * Script and style are inline, since VS Code takes as long to load a webview's file as the page takes otherwise to start. And after
 * 200 ms it delivers the messages posted so far, whether or not the page's files have loaded.
 */
export function webviewHtml({ script, style }: PageParts, start: object): string {
  const nonce = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src 'nonce-${nonce}'`,
  ];
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Groundglass</title>
<style nonce="${nonce}">${style}</style>
</head>
<body>
<main></main>
<script type="application/json" id="start">${JSON.stringify(start).replaceAll('<', '\\u003c')}</script>
<script nonce="${nonce}">${script}</script>
</body>
</html>`;
}
