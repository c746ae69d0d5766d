import * as vscode from 'vscode';
import type { Neighbours } from '../datasets/neighbours.js';
import type { AnswerSource } from '../predict/answer-source.js';
import { CtDocument } from './ct-document.js';
import { CtPreviewPanel } from './ct-preview-panel.js';
import { FilmstripSource } from './filmstrip-source.js';
import type { SampleLookup } from './known-sample.js';
import { ctViewType, pictureViewType } from './view-type-of.js';
import { webviewPage } from './preview-page.js';
import { readPageParts, type PageParts } from './webview-html.js';

/** Shows CT files in place of the text editor. */
export class CtPreviewProvider implements vscode.CustomReadonlyEditorProvider<CtDocument> {
  readonly #panels = new Set<CtPreviewPanel>();
  readonly #page: Promise<PageParts>;
  readonly #predictor: AnswerSource;
  readonly #log: vscode.LogOutputChannel;
  readonly #sampleOf: SampleLookup;
  readonly #neighbours: Neighbours;

  constructor(
    predictor: AnswerSource,
    extensionUri: vscode.Uri,
    log: vscode.LogOutputChannel,
    sampleOf: SampleLookup,
    neighbours: Neighbours,
  ) {
    this.#neighbours = neighbours;
    this.#predictor = predictor;
    this.#log = log;
    this.#sampleOf = sampleOf;
    this.#page = readPageParts(extensionUri, 'webview');
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      ...[ctViewType, pictureViewType].map((viewType) =>
        vscode.window.registerCustomEditorProvider(viewType, this, {
          supportsMultipleEditorsPerDocument: true,
          webviewOptions: { retainContextWhenHidden: false },
        }),
      ),
    );
  }

  /** The active preview. */
  get active(): CtPreviewPanel | undefined {
    return [...this.#panels].find(({ page }) => page.active);
  }

  openCustomDocument(uri: vscode.Uri): CtDocument {
    return new CtDocument(uri);
  }

  /** @throws what {@link readPageParts} throws; VS Code shows it in the editor. */
  async resolveCustomEditor(
    document: CtDocument,
    webviewPanel: vscode.WebviewPanel,
  ): Promise<void> {
    const page = webviewPage(webviewPanel, await this.#page);
    const panel = new CtPreviewPanel(
      ...([document, page, this.#predictor, this.#log, this.#sampleOf] as const),
    );
    new FilmstripSource(document, page, this.#neighbours);
    this.#panels.add(panel);
    webviewPanel.onDidDispose(() => this.#panels.delete(panel));
  }
}
