import type { Layout } from '@groundglass/dataset';
import * as vscode from 'vscode';
import type { Closable } from '../shared/closable.js';
import type { LoadedDataset } from './load-dataset.js';
import { baseNameOf, isInside } from './workspace-files.js';

/** A discovered dataset; loaded on first use, and again after a change. */
export class DatasetEntry {
  #loading: Promise<LoadedDataset> | undefined;

  constructor(
    readonly folder: vscode.Uri,
    readonly layout: Layout,
  ) {}

  get name(): string {
    return baseNameOf(this.folder) || this.folder.path;
  }

  /** @throws {CtError} what `loadDataset` throws; the next call tries again. */
  load(): Promise<LoadedDataset> {
    if (this.#loading) return this.#loading;
    const loading = import('./load-dataset.js').then(({ loadDataset }) =>
      loadDataset(this.folder, this.layout),
    );
    this.#loading = loading;
    loading.catch(() => {
      if (this.#loading === loading) this.#loading = undefined;
    });
    return loading;
  }

  /** Drops the loaded data, because files have changed. */
  forget(): void {
    this.#loading = undefined;
  }
}

/** Files whose creation, deletion or change affects the datasets. */
const described =
  '**/{groundglass.dataset.json,samples.jsonl,*.predictions.jsonl,*.audit.jsonl,metadata.csv,metadata.jsonl}';
const images = '**/*.{png,jpg,jpeg,dcm,dicom,ima,nii,gz,mha,mhd,txt,lst}';
/** Copying a folder makes thousands of events; one search after the last of them is enough. */
const settleMs = 600;

/** The datasets of the workspace: searched for on first use, and watched from then on. */
export class DatasetRegistry implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Datasets, or files in them, were added, removed or changed. */
  readonly onDidChange = this.#changed.event;
  readonly #found = new vscode.EventEmitter<void>();
  /** A search has ended. */
  readonly onDidFind = this.#found.event;
  readonly #disposables: Closable[] = [this.#changed, this.#found];
  #finding: Promise<DatasetEntry[]> | undefined;
  #entries: readonly DatasetEntry[] = [];
  #isWatching = false;
  #settling: NodeJS.Timeout | undefined;
  readonly #dirty = new Set<string>();
  readonly #log: vscode.LogOutputChannel;

  constructor(log: vscode.LogOutputChannel) {
    this.#log = log;
  }

  /** Those found so far, without a search. */
  get known(): readonly DatasetEntry[] {
    return this.#entries;
  }

  find(): Promise<DatasetEntry[]> {
    this.#watch();
    return (this.#finding ??= this.#find());
  }

  /** Searches for datasets again, and reloads them. */
  refresh(): void {
    this.#finding = undefined;
    for (const entry of this.#entries) entry.forget();
    this.#changed.fire();
  }

  /** The dataset that contains a file, by its folder; the innermost of several. */
  async entryOf(uri: vscode.Uri): Promise<DatasetEntry | undefined> {
    const holding = (await this.find()).filter(({ folder }) => isInside(folder, uri));
    const inner = holding.sort((a, b) => b.folder.path.length - a.folder.path.length)[0];
    if (inner) return inner;
    // A manifest may point at images elsewhere.
    for (const entry of await this.find()) {
      if (entry.layout !== 'manifest') continue;
      const loaded = await entry.load().catch(() => undefined);
      if (loaded && isInside(loaded.root, uri)) return entry;
    }
    return undefined;
  }

  /** The dataset in a folder, discovered or not; undefined if there is none. */
  async entryAt(folder: vscode.Uri): Promise<DatasetEntry | undefined> {
    const known = (await this.find()).find(
      (entry) => entry.folder.toString() === folder.toString(),
    );
    if (known) return known;
    const [{ detectLayout }, { workspaceFiles }] = await Promise.all([
      import('./dataset-functions.js'),
      import('./workspace-files.js'),
    ]);
    const layout = await workspaceFiles(folder)
      .then((files) => detectLayout(files))
      .catch(() => undefined);
    return layout === undefined ? undefined : new DatasetEntry(folder, layout);
  }

  dispose(): void {
    clearTimeout(this.#settling);
    for (const disposable of this.#disposables) disposable.dispose();
  }

  async #find(): Promise<DatasetEntry[]> {
    const [{ findDatasets }, { workspaceFiles }] = await Promise.all([
      import('./dataset-functions.js'),
      import('./workspace-files.js'),
    ]);
    const entries: DatasetEntry[] = [];
    for (const { uri } of vscode.workspace.workspaceFolders ?? []) {
      try {
        for (const { path, layout } of await findDatasets(await workspaceFiles(uri))) {
          const folder = path === '' ? uri : vscode.Uri.joinPath(uri, path);
          const before = this.#entries.find(
            (entry) => entry.layout === layout && entry.folder.toString() === folder.toString(),
          );
          entries.push(before ?? new DatasetEntry(folder, layout));
        }
      } catch (error) {
        this.#log.warn(
          `${uri.toString()}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
    this.#entries = entries;
    this.#found.fire();
    return entries;
  }

  /** From the first use on: a window without datasets has no watcher. */
  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    const follow = (
      pattern: string,
      isEdit: boolean,
      counts: (uri: vscode.Uri) => boolean = () => true,
    ) => {
      const watcher = vscode.workspace.createFileSystemWatcher(pattern, false, !isEdit, false);
      const note = (uri: vscode.Uri) => {
        if (counts(uri)) this.#note(uri);
      };
      this.#disposables.push(
        watcher,
        watcher.onDidCreate(note),
        watcher.onDidChange(note),
        watcher.onDidDelete(note),
      );
    };
    follow(described, true);
    follow(images, false);
    // A folder that is moved in gives one event; of one that is created and filled at once, events of its files may be missed.
    follow('**/*', false, (uri) => !baseNameOf(uri).includes('.'));
    this.#disposables.push(
      vscode.workspace.onDidChangeWorkspaceFolders(() => {
        this.refresh();
      }),
    );
  }

  #note(uri: vscode.Uri): void {
    this.#dirty.add(uri.toString());
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      const changed = [...this.#dirty].map((text) => vscode.Uri.parse(text));
      this.#dirty.clear();
      const isResults = (file: vscode.Uri) => /\.(predictions|audit)\.jsonl$/.test(file.path);
      // Scoring changes no dataset, only what is shown of it.
      const others = changed.filter((file) => !isResults(file));
      for (const entry of this.#entries) {
        if (others.some((file) => isInside(entry.folder, file))) entry.forget();
      }
      if (others.length > 0) this.#finding = undefined;
      this.#changed.fire();
    }, settleMs);
  }
}
