import type * as vscode from 'vscode';
import type { PageStart, ToHost, ToWebview } from '../shared/protocol.js';
import { webviewHtml, type PageParts } from './webview-html.js';

/** The channel to a preview's page. */
interface PageChannel {
  onMessage(listener: (message: ToHost) => void): vscode.Disposable;
  post(message: ToWebview): void;
  /** Reloads the page. */
  start(start: PageStart): void;
}

/** Where a preview is shown: a webview, or one side of a comparison. */
export interface PreviewPage extends PageChannel {
  readonly visible: boolean;
  readonly active: boolean;
  onDidChangeViewState(listener: () => void): vscode.Disposable;
  onDidDispose(listener: () => void): vscode.Disposable;
}

/** The page of a preview in a panel, with the channel that its messages take. */
export function previewPage(panel: vscode.WebviewPanel, channel: PageChannel): PreviewPage {
  return {
    get visible() {
      return panel.visible;
    },
    get active() {
      return panel.active;
    },
    onDidChangeViewState: (listener) => panel.onDidChangeViewState(listener),
    onDidDispose: (listener) => panel.onDidDispose(listener),
    ...channel,
  };
}

/** A webview as the page of one preview. */
export function webviewPage(panel: vscode.WebviewPanel, parts: PageParts): PreviewPage {
  const { webview } = panel;
  webview.options = { enableScripts: true, localResourceRoots: [] };
  return previewPage(panel, {
    onMessage: (listener) => webview.onDidReceiveMessage(listener),
    post: (message) => void webview.postMessage(message),
    start: (start) => {
      webview.html = webviewHtml(parts, start);
    },
  });
}
