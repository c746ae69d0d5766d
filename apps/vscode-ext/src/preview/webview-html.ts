import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The page of a preview: one script by nonce, styles by constructed sheets alone, no `eval`, no connection to anywhere. */
export function webviewHtml(webview: vscode.Webview, extensionUri: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const script = webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'dist', 'webview.js'));
  const style = webview.asWebviewUri(vscode.Uri.joinPath(extensionUri, 'media', 'webview.css'));
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
  ].join('; ');
  return `<!doctype html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Groundglass</title>
<link rel="stylesheet" href="${style.toString()}">
</head>
<body>
<main></main>
<script nonce="${nonce}" src="${script.toString()}"></script>
</body>
</html>`;
}
