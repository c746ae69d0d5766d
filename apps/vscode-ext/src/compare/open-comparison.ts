import * as vscode from 'vscode';
import type { AnswerSource } from '../predict/answer-source.js';
import { CtDocument } from '../preview/ct-document.js';
import { CtPreviewPanel } from '../preview/ct-preview-panel.js';
import type { SampleLookup } from '../preview/known-sample.js';
import { previewPage, type PreviewPage } from '../preview/preview-page.js';
import { comparisonViewType } from '../preview/view-type-of.js';
import { webviewHtml, type PageParts } from '../preview/webview-html.js';
import type { ComparisonStart, OfSide, PageStart, ToHost } from '../shared/protocol.js';
import { keptComparison, type Comparison } from './kept-comparison.js';

/** What a comparison is opened with. */
export interface ComparisonServices {
  readonly predictor: AnswerSource;
  readonly page: PageParts;
  readonly log: vscode.LogOutputChannel;
  readonly sampleOf: SampleLookup;
}

/** Opens pictures side by side in one editor, linked, each in its own preview. */
export function openComparison(comparison: Comparison, services: ComparisonServices): void {
  const panel = vscode.window.createWebviewPanel(
    comparisonViewType,
    comparison.pictures.map(({ title }) => title).join(' ↔ '),
    vscode.ViewColumn.Active,
  );
  fillComparison(panel, comparison, services);
}

/** Shows a comparison in a panel: a new one, or one restored by VS Code. */
export function fillComparison(
  panel: vscode.WebviewPanel,
  comparison: Comparison,
  { predictor, page, log, sampleOf }: ComparisonServices,
): void {
  panel.webview.options = { enableScripts: true, localResourceRoots: [] };
  const { pictures, difference } = comparison;
  const sides = pictures.map(({ title, detail }) => ({ title, detail }));
  const kept = keptComparison(comparison);
  /** All sides share one page: the first side to ask starts it. */
  let started = '';
  const start = (wanted: PageStart) => {
    const asked: ComparisonStart = { ...wanted, sides, difference, kept };
    if (started === JSON.stringify(asked)) return;
    started = JSON.stringify(asked);
    panel.webview.html = webviewHtml(page, asked);
  };
  for (const [side, { uri, model }] of pictures.entries()) {
    const document = new CtDocument(uri);
    panel.onDidDispose(() => {
      document.dispose();
    });
    new CtPreviewPanel(
      document,
      pageOfSide(panel, side, start),
      model === undefined ? predictor : predictor.of(model),
      log,
      sampleOf,
    );
  }
}

function pageOfSide(
  panel: vscode.WebviewPanel,
  side: number,
  start: (start: PageStart) => void,
): PreviewPage {
  const { webview } = panel;
  return previewPage(panel, {
    onMessage: (listener) =>
      webview.onDidReceiveMessage((message: OfSide<ToHost>) => {
        if (message.side === side) listener(message.message);
      }),
    post: (message) => void webview.postMessage({ side, message }),
    start,
  });
}
