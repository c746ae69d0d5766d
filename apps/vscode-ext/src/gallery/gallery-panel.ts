import { CtError } from '@groundglass/core/errors';
import { packRows, type GalleryState } from '@groundglass/viewer/gallery-rows';
import * as vscode from 'vscode';
import { viewTypeOf } from '../preview/view-type-of.js';
import { watchFile } from '../preview/watch-file.js';
import { baseNameOf, isInside, pathInside } from '../datasets/workspace-files.js';
import { webviewHtml, type PageParts } from '../preview/webview-html.js';
import type { ScoringTarget } from '../scoring/scoring-service.js';
import type { Closable } from '../shared/closable.js';
import type { FromGallery, KeptGallery, ToGallery } from './gallery-protocol.js';
import { loadGallery, type GallerySource, type LoadedGallery } from './gallery-source.js';
import { localGalleryStrings } from './gallery-strings.js';
import type { GalleryServices } from './gallery-services.js';
import { formatOfName } from './join-rows.js';
import { makeThumbnail } from './make-thumbnail.js';
import { sniffFormats } from './sniff-formats.js';
import { watchPictures } from './watch-pictures.js';

/** Number of pictures read at once. */
const thumbnailLanes = 4;
/** A results file grows with each picture; the page updates this often, and less often while the server needs the processor. */
const followMs = 1000;
const followScoringMs = 3000;
/** VS Code does not say when a watcher is ready: until then the folder is listed again for changes. */
const lookAgainMs = [2000, 10_000];

/** One gallery: answers its page, watches its files, scores what it shows. */
export class GalleryPanel implements vscode.Disposable {
  readonly #disposables: Closable[] = [];
  readonly #waiting: { id: number; row: number; cancel: AbortController }[] = [];
  readonly #requests = new Map<number, AbortController>();
  readonly #formats = new Map<string, string>();
  readonly #sniffed = new Set<string>();
  #gallery: LoadedGallery | undefined;
  #second: vscode.Uri | undefined;
  #secondWatcher: vscode.Disposable | undefined;
  #loading = 0;
  #following: NodeJS.Timeout | undefined;
  #running = 0;
  #isDisposed = false;
  /** The watched picture folder. */
  #watched: { readonly root: string; readonly watcher: vscode.Disposable } | undefined;
  readonly #services: GalleryServices;

  constructor(
    readonly source: GallerySource,
    readonly panel: vscode.WebviewPanel,
    services: GalleryServices,
    page: PageParts,
    state?: unknown,
  ) {
    this.#services = services;
    const { webview } = panel;
    webview.options = { enableScripts: true, localResourceRoots: [] };
    this.#disposables.push(
      webview.onDidReceiveMessage((message: FromGallery) => {
        this.#answer(message).catch((error: unknown) => {
          this.#fail(error);
        });
      }),
      services.registry.onDidChange(() => {
        this.#followSoon();
      }),
      services.scoring.onDidChange((results) => {
        if (results.toString() !== this.#gallery?.results?.toString()) return;
        this.#showScoring();
        this.#followSoon();
      }),
      panel.onDidDispose(() => {
        this.dispose();
      }),
    );
    // Watch before listing, so that no change in between is missed.
    if (source.kind === 'folder') this.#watch(source.uri);
    if (source.kind === 'results' || source.kind === 'list')
      this.#disposables.push(this.#followFile(source.uri));
    const kept = keptGallery(source, undefined);
    webview.html = webviewHtml(page, { strings: localGalleryStrings(), state, kept });
  }

  /** The gallery's content, once it is loaded. */
  get gallery(): LoadedGallery | undefined {
    return this.#gallery;
  }

  /** Sets filter, order or layout from outside, as a command does. */
  setState(state: Partial<GalleryState>): void {
    this.#post({ type: 'state', state });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    clearTimeout(this.#following);
    this.#watched?.watcher.dispose();
    this.#secondWatcher?.dispose();
    for (const request of this.#requests.values()) request.abort();
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #answer(message: FromGallery): Promise<void> {
    switch (message.type) {
      case 'ready':
        if (message.second !== undefined) this.#compareWith(vscode.Uri.parse(message.second));
        return this.#load();
      case 'thumbnail': {
        const cancel = new AbortController();
        this.#requests.set(message.requestId, cancel);
        this.#waiting.push({ id: message.requestId, row: message.row, cancel });
        this.#work();
        return;
      }
      case 'cancel':
        this.#requests.get(message.requestId)?.abort();
        this.#requests.delete(message.requestId);
        return;
      case 'open':
        return this.#open(message.rows, message.how, message.order);
      case 'copyPaths':
        await vscode.env.clipboard.writeText(
          message.rows.map((row) => this.#uriOf(row)?.fsPath ?? '').join('\n'),
        );
        this.#post({ type: 'say', text: vscode.l10n.t('{0} paths copied.', message.rows.length) });
        return;
      case 'copyPicture':
        this.#post({
          type: 'say',
          text: vscode.l10n.t(
            'The clipboard does not accept pictures here: copy the path instead.',
          ),
        });
        return;
      case 'export':
        return this.#export(message.kind, message.text);
      case 'exportManifest':
        return this.#exportManifest(message.rows);
      case 'score':
        return this.#score();
      case 'cancelScoring':
        if (this.#gallery?.results) this.#services.scoring.cancel(this.#gallery.results);
        return;
      case 'compare':
        return this.#compare();
      case 'endComparison':
        this.#compareWith(undefined);
        return this.#load();
      case 'state':
        return;
      default:
        message satisfies never;
    }
  }

  async #load(): Promise<void> {
    const loading = ++this.#loading;
    try {
      const { registry } = this.#services;
      const gallery = await loadGallery(this.source, this.#second, {
        registry,
        resultsOf: this.#services.resultsOf,
        findingsOf: this.#services.findingsOf,
        baselinesOf: this.#services.baselinesOf,
        formats: this.#formats,
      });
      if (this.#isDisposed || loading !== this.#loading) return;
      const refreshed = rowsWithOtherMasks(this.#gallery, gallery);
      this.#gallery = gallery;
      this.#services.reportProblems(gallery);
      this.#post({
        type: 'rows',
        rows: packRows(gallery.rows, gallery.facts.second !== null),
        facts: gallery.facts,
        kept: keptGallery(this.source, this.#second),
      });
      if (refreshed.length > 0) this.#post({ type: 'refresh', rows: refreshed });
      this.#watch(gallery.root);
      this.#post({ type: 'canScore', can: this.#services.whyNoScoring() === undefined });
      this.#showScoring();
      void this.#sniff(gallery);
    } catch (error) {
      if (this.#isDisposed || loading !== this.#loading) return;
      const text = error instanceof Error ? error.message : String(error);
      if (!(error instanceof CtError))
        this.#services.log.error(error instanceof Error ? error : text);
      this.#post({ type: 'failed', message: text });
    }
  }

  /** Reads the first bytes of new files: a JPEG may be named `.png`. Resends rows whose name was wrong. */
  async #sniff({ rows, root }: LoadedGallery): Promise<void> {
    const paths = [...new Set(rows.map(({ path }) => path))].filter(
      (path) => !this.#sniffed.has(path),
    );
    for (const path of paths) this.#sniffed.add(path);
    const found = await sniffFormats(root, paths, {
      isOver: () => this.#isDisposed,
      // Visible pictures come first.
      isBusy: () => this.#running > 0,
    });
    let isOther = false;
    for (const [path, format] of found) {
      this.#formats.set(path, format);
      isOther ||= format !== formatOfName(path);
    }
    if (isOther && !this.#isDisposed) await this.#load();
  }

  /** Watches the gallery's results or list: the registry watches only those of the workspace. */
  #followFile(uri: vscode.Uri): vscode.Disposable {
    const watcher = watchFile(uri);
    const follow = () => {
      this.#followSoon();
    };
    return vscode.Disposable.from(
      watcher,
      watcher.onDidChange(follow),
      watcher.onDidCreate(follow),
      watcher.onDidDelete(follow),
    );
  }

  /** Sets the results that the gallery compares with; undefined for none. */
  #compareWith(second: vscode.Uri | undefined): void {
    this.#secondWatcher?.dispose();
    this.#second = second;
    this.#secondWatcher = second && this.#followFile(second);
  }

  #watch(root: vscode.Uri): void {
    if (this.#watched?.root === root.toString()) return;
    this.#watched?.watcher.dispose();
    this.#watched = undefined;
    // The pictures of a list may be all over the machine: their common folder is too much to watch.
    if (this.source.kind === 'list' && !vscode.workspace.getWorkspaceFolder(root)) return;
    const watcher = watchPictures(root, {
      onChange: (uri) => {
        this.#changed(uri);
      },
      onComeOrGo: () => {
        this.#followSoon();
      },
    });
    const timers = (this.source.kind === 'folder' ? lookAgainMs : []).map((ms) =>
      setTimeout(() => {
        this.#followSoon();
      }, ms),
    );
    const later = new vscode.Disposable(() => {
      for (const timer of timers) clearTimeout(timer);
    });
    this.#watched = { root: root.toString(), watcher: vscode.Disposable.from(watcher, later) };
  }

  /** A picture's content has changed: its thumbnail is outdated. */
  #changed(uri: vscode.Uri): void {
    const { rows, root } = this.#gallery ?? {};
    if (!rows || !root || !isInside(root, uri)) return;
    const path = pathInside(root, uri);
    this.#sniffed.delete(path);
    this.#formats.delete(path);
    const changed = rows.flatMap((row, at) => (row.path === path ? [at] : []));
    if (changed.length > 0) this.#post({ type: 'refresh', rows: changed });
  }

  #followSoon(): void {
    if (this.#following) return;
    const { results } = this.#gallery ?? {};
    const isScoring = results && this.#services.scoring.progressOf(results) !== undefined;
    this.#following = setTimeout(
      () => {
        this.#following = undefined;
        void this.#load();
      },
      isScoring ? followScoringMs : followMs,
    );
  }

  #showScoring(): void {
    const { results } = this.#gallery ?? {};
    const progress = results && this.#services.scoring.progressOf(results);
    this.#post({
      type: 'scoring',
      status: progress ? { done: progress.done, total: progress.total } : null,
    });
  }

  #work(): void {
    while (this.#running < thumbnailLanes && this.#waiting.length > 0) {
      // The latest request is what the user looks at now.
      const { id, row, cancel } = this.#waiting.pop()!;
      if (cancel.signal.aborted) continue;
      this.#running++;
      void this.#thumbnail(id, row, cancel.signal).finally(() => {
        this.#requests.delete(id);
        this.#running--;
        this.#work();
      });
    }
  }

  async #thumbnail(requestId: number, row: number, signal: AbortSignal): Promise<void> {
    const gallery = this.#gallery;
    const uri = this.#uriOf(row);
    if (!gallery || !uri) return;
    const key = gallery.maskKeyOf(row);
    try {
      const mask = key && { store: this.#services.masks, key };
      const made = await makeThumbnail(uri, gallery.rows[row]!.slice, mask, signal);
      if (!signal.aborted) this.#post({ type: 'thumbnail', requestId, ...made });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (!signal.aborted) this.#post({ type: 'noThumbnail', requestId, message });
    }
  }

  #uriOf(row: number): vscode.Uri | undefined {
    const found = this.#gallery?.rows[row];
    return found && vscode.Uri.joinPath(this.#gallery!.root, found.path);
  }

  async #open(
    rows: readonly number[],
    how: 'here' | 'beside' | 'together' | 'compared',
    order: Uint32Array,
  ): Promise<void> {
    const gallery = this.#gallery;
    if (!gallery) return;
    if (how === 'compared') {
      const uris = rows.map((row) => this.#uriOf(row)).filter((uri) => uri !== undefined);
      await vscode.commands.executeCommand('groundglass.compare', undefined, uris);
      return;
    }
    const most = 8;
    if (rows.length > most) {
      const open = vscode.l10n.t('Open the first {0}', most);
      const picked = await vscode.window.showWarningMessage(
        vscode.l10n.t('{0} pictures are selected; each would open in its own editor.', rows.length),
        open,
      );
      if (picked !== open) return;
    }
    this.#services.neighbours.follow(
      Array.from(order, (row) => this.#uriOf(row)).filter((uri) => uri !== undefined),
    );
    for (const row of rows.slice(0, most)) {
      const uri = this.#uriOf(row);
      if (!uri) continue;
      const column = how === 'here' ? vscode.ViewColumn.Active : vscode.ViewColumn.Beside;
      await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeOf(uri), {
        viewColumn: column,
        preview: rows.length === 1,
        preserveFocus: false,
      });
    }
  }

  async #export(kind: 'csv' | 'report', text: string): Promise<void> {
    const name = (this.#gallery?.facts.title ?? 'gallery').replace(/\.(predictions\.)?jsonl$/, '');
    const ending = kind === 'csv' ? 'csv' : 'html';
    const folder = this.#gallery?.dataset?.folder ?? this.#gallery?.root;
    const filters = kind === 'csv' ? { CSV: ['csv'] } : { HTML: ['html'] };
    const uri = await vscode.window.showSaveDialog({
      ...(folder ? { defaultUri: vscode.Uri.joinPath(folder, `${name}.${ending}`) } : {}),
      filters,
    });
    if (!uri) return;
    try {
      await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
      this.#post({ type: 'say', text: vscode.l10n.t('Saved {0}.', baseNameOf(uri)) });
    } catch (error) {
      void vscode.window.showErrorMessage(
        vscode.l10n.t(
          '{0} could not be written: {1}',
          baseNameOf(uri),
          error instanceof Error ? error.message : String(error),
        ),
      );
    }
  }

  async #exportManifest(rows: readonly number[]): Promise<void> {
    const gallery = this.#gallery;
    if (!gallery) return;
    const { exportSelection } = await import('./export-selection.js');
    await exportSelection(gallery, rows);
  }

  async #score(): Promise<void> {
    const gallery = this.#gallery;
    if (!gallery) return;
    const target: ScoringTarget = {
      name: gallery.dataset?.manifest.name ?? gallery.facts.title,
      folder: gallery.dataset?.folder ?? gallery.root,
      root: gallery.root,
      samples: gallery.dataset?.samples.length
        ? samplesOf(gallery)
        : gallery.rows.map(({ path }) => ({ path })),
      entry: gallery.entry,
    };
    await this.#services.score(target);
  }

  async #compare(): Promise<void> {
    const { dataset, results } = this.#gallery ?? {};
    const known = dataset ? await this.#services.resultsOf(dataset.folder) : [];
    const others = known.filter((uri) => uri.toString() !== results?.toString());
    const browse = { label: vscode.l10n.t('Choose a file …'), uri: undefined };
    const picked = await vscode.window.showQuickPick(
      [...others.map((uri) => ({ label: baseNameOf(uri), uri })), browse],
      { title: vscode.l10n.t('Results to compare with') },
    );
    if (!picked) return;
    const chosen =
      picked.uri ??
      (
        await vscode.window.showOpenDialog({ filters: { [vscode.l10n.t('Results')]: ['jsonl'] } })
      )?.[0];
    if (!chosen) return;
    this.#compareWith(chosen);
    await this.#load();
    if (!this.#gallery?.facts.second) return;
    this.setState({ sort: { key: 'difference', descending: true } });
  }

  /** Reports the failure of a button's action, which would otherwise seem to do nothing. */
  #fail(error: unknown): void {
    const text = error instanceof Error ? error.message : String(error);
    this.#services.log.error(error instanceof Error ? error : text);
    void vscode.window.showErrorMessage(text);
  }

  #post(message: ToGallery): void {
    if (!this.#isDisposed) void this.panel.webview.postMessage(message);
  }
}

/** The samples of the dataset that the gallery shows. */
function samplesOf({ dataset, rows }: LoadedGallery): ScoringTarget['samples'] {
  const shown = new Set(rows.map(({ path, slice }) => `${path}#${slice ?? ''}`));
  return dataset!.samples.filter(({ path, slice }) => shown.has(`${path}#${slice ?? ''}`));
}

/** Rows whose mask was added, removed or changed: the page keeps the thumbnails of rows that did not move. */
function rowsWithOtherMasks(before: LoadedGallery | undefined, now: LoadedGallery): number[] {
  if (!before?.results && !now.results) return [];
  const keyOf = (gallery: LoadedGallery, row: number) => {
    const { model, sha256, slice } = gallery.maskKeyOf(row) ?? {};
    return `${model} ${sha256} ${slice}`;
  };
  return now.rows.flatMap((_, row) =>
    before && row < before.rows.length && keyOf(before, row) !== keyOf(now, row) ? [row] : [],
  );
}

/** What the page saves of what it shows. */
function keptGallery(source: GallerySource, second: vscode.Uri | undefined): KeptGallery {
  const { kind } = source;
  const uri = kind === 'dataset' ? source.folder : source.uri;
  return { kind, uri: uri.toString(), second: second?.toString() };
}
