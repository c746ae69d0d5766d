import type { DifferenceKind } from '@groundglass/viewer/compare';
import * as vscode from 'vscode';
import type { AnswerSource } from '../predict/answer-source.js';
import { CtDocument } from '../preview/ct-document.js';
import { CtPreviewPanel } from '../preview/ct-preview-panel.js';
import type { SampleLookup } from '../preview/known-sample.js';
import type { PreviewPage } from '../preview/preview-page.js';
import { webviewHtml, type PageParts } from '../preview/webview-html.js';
import type { ComparisonStart, OfSide, PageStart, ToHost } from '../shared/protocol.js';

/** A picture to compare, and the model that is asked about it where that is not the chosen one. */
export interface ComparedPicture {
  readonly uri: vscode.Uri;
  readonly title: string;
  /** What sets it apart: its folder, a revision, a model. */
  readonly detail: string;
  readonly model?: string;
}

/** What a comparison is opened with. */
export interface ComparisonServices {
  readonly predictor: AnswerSource;
  readonly page: PageParts;
  readonly log: vscode.LogOutputChannel;
  readonly sampleOf: SampleLookup;
}

/** Opens pictures beside each other in one editor, linked, each a preview of its own. */
export function openComparison(
  pictures: readonly ComparedPicture[],
  difference: DifferenceKind,
  { predictor, page, log, sampleOf }: ComparisonServices,
): void {
  const panel = vscode.window.createWebviewPanel(
    'groundglass.comparison',
    pictures.map(({ title }) => title).join(' ↔ '),
    vscode.ViewColumn.Active,
    { enableScripts: true, localResourceRoots: [] },
  );
  const sides = pictures.map(({ title, detail }) => ({ title, detail }));
  /** The page is one for all sides: the first that asks starts it. */
  let started = '';
  const start = (wanted: PageStart) => {
    const asked: ComparisonStart = { ...wanted, sides, difference };
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
  return {
    get visible() {
      return panel.visible;
    },
    get active() {
      return panel.active;
    },
    onDidChangeViewState: (listener) => panel.onDidChangeViewState(listener),
    onDidDispose: (listener) => panel.onDidDispose(listener),
    onMessage: (listener) =>
      webview.onDidReceiveMessage((message: OfSide<ToHost>) => {
        if (message.side === side) listener(message.message);
      }),
    post: (message) => void webview.postMessage({ side, message }),
    start,
  };
}
