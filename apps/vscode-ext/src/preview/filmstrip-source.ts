import { posix } from 'node:path';
import * as vscode from 'vscode';
import type { Neighbours, Place } from '../datasets/neighbours.js';
import type { Closable } from '../shared/closable.js';
import type { ToHost, ToWebview } from '../shared/protocol.js';
import type { CtDocument } from './ct-document.js';
import type { PreviewPage } from './preview-page.js';
import { previewSettings } from './preview-settings.js';
import { viewTypeOf } from './view-type-of.js';

/** Pictures of the strip read at once: the open one goes first. */
const lanes = 2;

/** Sends a preview's page the pictures around it, as its filmstrip requests them. */
export class FilmstripSource {
  readonly #document: CtDocument;
  readonly #page: PreviewPage;
  readonly #neighbours: Neighbours;
  readonly #waiting: { readonly requestId: number; readonly index: number }[] = [];
  readonly #disposables: Closable[] = [];
  #place: Place | undefined;
  #running = 0;
  #isDisposed = false;

  constructor(document: CtDocument, page: PreviewPage, neighbours: Neighbours) {
    this.#document = document;
    this.#page = page;
    this.#neighbours = neighbours;
    this.#disposables.push(
      page.onMessage((message) => void this.#answer(message)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('groundglass.filmstrip')) void this.#show();
      }),
      page.onDidDispose(() => {
        this.#isDisposed = true;
        for (const disposable of this.#disposables) disposable.dispose();
      }),
    );
  }

  /** Handles the strip's messages; the others are the preview's own. */
  async #answer(message: ToHost): Promise<void> {
    if (message.type === 'neighbours') await this.#show();
    else if (message.type === 'neighbour') {
      this.#waiting.push(message);
      this.#work();
    } else if (message.type === 'cancelNeighbour') {
      const at = this.#waiting.findIndex(({ requestId }) => requestId === message.requestId);
      if (at >= 0) this.#waiting.splice(at, 1);
    } else if (message.type === 'pickNeighbour') {
      const uri = this.#place?.order[message.index];
      if (!uri) return;
      await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeOf(uri), {
        preview: true,
      });
    }
  }

  async #show(): Promise<void> {
    this.#place = previewSettings.filmstrip ? await this.#find() : undefined;
    const { order, at } = this.#place ?? { order: [], at: 0 };
    this.#post({ type: 'neighbours', count: order.length, at });
  }

  async #find(): Promise<Place | undefined> {
    if (!this.#hasTabOfItsOwn) return undefined;
    const place = await this.#neighbours.placeOf(this.#document.uri);
    if (!place || place.order.length < 2) return undefined;
    // The files around a slice of a series are its slices, which the slice bar covers.
    const ct = await this.#document.open().catch(() => undefined);
    return place.isOfFolder && ct?.files !== undefined ? undefined : place;
  }

  /** False for a side of a diff, whose pictures would differ in size if one of them had a strip. */
  get #hasTabOfItsOwn(): boolean {
    const own = this.#document.uri.toString();
    return vscode.window.tabGroups.all.some(({ tabs }) =>
      tabs.some(
        ({ input }) => input instanceof vscode.TabInputCustom && input.uri.toString() === own,
      ),
    );
  }

  #work(): void {
    while (this.#running < lanes && this.#waiting.length > 0) {
      const { requestId, index } = this.#waiting.shift()!;
      this.#running++;
      void this.#read(requestId, index).finally(() => {
        this.#running--;
        this.#work();
      });
    }
  }

  async #read(requestId: number, index: number): Promise<void> {
    const uri = this.#place?.order[index];
    if (!uri || this.#isDisposed) return;
    const name = posix.basename(uri.path);
    try {
      const { makeThumbnail } = await import('../gallery/make-thumbnail.js');
      const made = await makeThumbnail(uri, null, undefined, new AbortController().signal);
      this.#post({ type: 'neighbour', requestId, picture: { name, ...made } });
    } catch (error) {
      const message = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      this.#post({ type: 'noNeighbour', requestId, message });
    }
  }

  #post(message: ToWebview): void {
    if (!this.#isDisposed) this.#page.post(message);
  }
}
