import * as vscode from 'vscode';
import type { DatasetEntry } from '../datasets/dataset-registry.js';
import { readPageParts, type PageParts } from '../preview/webview-html.js';
import { sayLost } from '../shared/say-lost.js';
import { galleryPanelViewType } from '../preview/view-type-of.js';
import type { GalleryPanel } from './gallery-panel.js';
import type { KeptGallery } from './gallery-protocol.js';
import type { GalleryServices } from './gallery-services.js';
import type { GallerySource } from './gallery-source.js';

/** A results file or manifest opened as a gallery. */
interface GalleryDocument extends vscode.CustomDocument {
  readonly uri: vscode.Uri;
}

/** Galleries: results files and manifests in custom editors, everything else in panels. */
export class GalleryProvider implements vscode.CustomReadonlyEditorProvider<GalleryDocument> {
  static readonly viewType = 'groundglass.gallery';
  readonly #panels = new Set<GalleryPanel>();
  #page: Promise<PageParts> | undefined;
  /** The initial state of the next gallery of a file. */
  readonly #states = new Map<string, unknown>();
  readonly #services: GalleryServices;
  readonly #extensionUri: vscode.Uri;

  constructor(services: GalleryServices, extensionUri: vscode.Uri) {
    this.#services = services;
    this.#extensionUri = extensionUri;
  }

  register(): vscode.Disposable {
    return vscode.Disposable.from(
      vscode.window.registerCustomEditorProvider(GalleryProvider.viewType, this, {
        webviewOptions: { retainContextWhenHidden: true },
      }),
      vscode.window.registerWebviewPanelSerializer(galleryPanelViewType, {
        deserializeWebviewPanel: (panel, state) => this.#restore(panel, state),
      }),
    );
  }

  openCustomDocument(uri: vscode.Uri): GalleryDocument {
    return { uri, dispose: () => undefined };
  }

  async resolveCustomEditor({ uri }: GalleryDocument, panel: vscode.WebviewPanel): Promise<void> {
    await this.#show(await this.#sourceOf(uri), panel, this.#states.get(uri.toString()));
    this.#states.delete(uri.toString());
  }

  /** Opens a results file. */
  async openResults(uri: vscode.Uri, state?: unknown): Promise<void> {
    const open = [...this.#panels].filter(
      ({ source }) => keyOf(source) === keyOf({ kind: 'results', uri }),
    );
    if (state !== undefined) {
      for (const gallery of open) gallery.setState(state as never);
      if (open.length === 0) this.#states.set(uri.toString(), state);
    }
    await vscode.commands.executeCommand('vscode.openWith', uri, GalleryProvider.viewType);
  }

  async openDataset(entry: DatasetEntry, state?: unknown): Promise<void> {
    await this.openPanel({ kind: 'dataset', entry, folder: entry.folder }, entry.name, state);
  }

  async openPanel(source: GallerySource, title: string, state?: unknown): Promise<void> {
    const same = [...this.#panels].find((each) => keyOf(each.source) === keyOf(source));
    if (same) {
      same.panel.reveal();
      if (state !== undefined) same.setState(state as never);
      return;
    }
    const panel = vscode.window.createWebviewPanel(
      galleryPanelViewType,
      title,
      vscode.ViewColumn.Active,
      {
        retainContextWhenHidden: true,
      },
    );
    await this.#show(source, panel, state);
  }

  async #sourceOf(uri: vscode.Uri): Promise<GallerySource> {
    if (/\.predictions\.jsonl$/i.test(uri.path)) return { kind: 'results', uri };
    return this.#datasetIn(vscode.Uri.joinPath(uri, '..'));
  }

  async #datasetIn(folder: vscode.Uri): Promise<GallerySource> {
    const { DatasetEntry: Entry } = await import('../datasets/dataset-registry.js');
    const entry = (await this.#services.registry.entryAt(folder)) ?? new Entry(folder, 'manifest');
    return { kind: 'dataset', entry, folder };
  }

  /** Fills a panel that VS Code restored after a window reload. */
  async #restore(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { kept } = (state ?? {}) as { kept?: Partial<KeptGallery> };
    // A gallery that cannot be reopened must not stay as an empty page.
    if (typeof kept?.uri !== 'string') {
      sayLost(panel);
      panel.dispose();
      return;
    }
    const uri = vscode.Uri.parse(kept.uri);
    switch (kept.kind) {
      case 'dataset':
        return this.#show(await this.#datasetIn(uri), panel, undefined);
      case 'results':
      case 'list':
      case 'folder':
        return this.#show({ kind: kept.kind, uri }, panel, undefined);
      case undefined:
        sayLost(panel);
        panel.dispose();
        return;
      default:
        kept.kind satisfies never;
    }
  }

  async #show(source: GallerySource, panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    this.#page ??= readPageParts(this.#extensionUri, 'gallery');
    const [{ GalleryPanel: Panel }, page] = await Promise.all([
      import('./gallery-panel.js'),
      this.#page,
    ]);
    const gallery = new Panel(source, panel, this.#services, page, state);
    this.#panels.add(gallery);
    panel.onDidDispose(() => this.#panels.delete(gallery));
  }
}

function keyOf(source: GallerySource): string {
  return `${source.kind} ${source.kind === 'dataset' ? source.folder.toString() : source.uri.toString()}`;
}
