import type * as vscode from 'vscode';
import type { PageStart, ToHost, ToWebview } from '../shared/protocol.js';
import { webviewHtml, type PageParts } from './webview-html.js';

/** Where a preview is shown: a webview of its own, or one side of a comparison. */
export interface PreviewPage {
  readonly visible: boolean;
  readonly active: boolean;
  onDidChangeViewState(listener: () => void): vscode.Disposable;
  onDidDispose(listener: () => void): vscode.Disposable;
  onMessage(listener: (message: ToHost) => void): vscode.Disposable;
  post(message: ToWebview): void;
  /** Starts the page again. */
  start(start: PageStart): void;
}

/** A webview as the page of one preview. */
export function webviewPage(panel: vscode.WebviewPanel, parts: PageParts): PreviewPage {
  const { webview } = panel;
  webview.options = { enableScripts: true, localResourceRoots: [] };
  return {
    get visible() {
      return panel.visible;
    },
    get active() {
      return panel.active;
    },
    onDidChangeViewState: (listener) => panel.onDidChangeViewState(listener),
    onDidDispose: (listener) => panel.onDidDispose(listener),
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
    post: (message) => void webview.postMessage(message),
    start: (start) => {
      webview.html = webviewHtml(parts, start);
    },
  };
}
