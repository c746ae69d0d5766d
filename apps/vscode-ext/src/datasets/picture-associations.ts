import * as vscode from 'vscode';
import { pictureViewType } from '../preview/view-type-of.js';
import type { DatasetRegistry } from './dataset-registry.js';

const setting = 'groundglass.openDatasetPicturesAsCt';
const pictures = '*.{png,jpg,jpeg,PNG,JPG,JPEG}';
/** Up to this many folders with pictures of one dataset are listed separately; beyond it, the dataset's folder covers all. */
const mostFolders = 50;

/**
 * Keeps "Workbench: Editor Associations" of the workspace in line with the folders that hold pictures of datasets, if the user has
 * enabled that, and otherwise removes its own entries. Icons and pictures elsewhere are not claimed.
 */
export class PictureAssociations implements vscode.Disposable {
  readonly #registry: DatasetRegistry;
  readonly #disposable: vscode.Disposable;

  constructor(registry: DatasetRegistry) {
    this.#registry = registry;
    this.#disposable = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(setting)) void this.#update();
      }),
      registry.onDidFind(() => {
        if (this.#isOn) void this.#update();
      }),
    );
    // Search for datasets at startup only if the user wants their pictures opened as CT.
    if (this.#isOn) void registry.find();
  }

  dispose(): void {
    this.#disposable.dispose();
  }

  get #isOn(): boolean {
    return vscode.workspace.getConfiguration().get(setting, false);
  }

  async #update(): Promise<void> {
    const wanted = this.#isOn ? await this.#patterns() : [];
    const configuration = vscode.workspace.getConfiguration('workbench');
    const found = configuration.inspect<Record<string, string>>('editorAssociations');
    const before = found?.workspaceValue ?? {};
    const others = Object.entries(before).filter(
      ([pattern, editor]) => editor !== pictureViewType || !pattern.endsWith(`/${pictures}`),
    );
    const after = Object.fromEntries([
      ...others,
      ...wanted.map((pattern) => [pattern, pictureViewType] as const),
    ]);
    if (JSON.stringify(before) === JSON.stringify(after)) return;
    await configuration.update(
      'editorAssociations',
      Object.keys(after).length === 0 ? undefined : after,
      vscode.ConfigurationTarget.Workspace,
    );
  }

  async #patterns(): Promise<string[]> {
    const patterns = new Set<string>();
    for (const entry of await this.#registry.find()) {
      // The root of a tree of medical images may be the whole workspace, whose pictures can be anything.
      if (entry.layout === 'dicom') continue;
      const dataset = await entry.load().catch(() => undefined);
      if (!dataset) continue;
      const folders = new Set(
        dataset.samples
          .filter(({ path }) => /\.(png|jpe?g)$/i.test(path))
          .map(({ path }) => vscode.Uri.joinPath(dataset.root, path, '..').path),
      );
      if (folders.size === 0) continue;
      // Associations match the whole path, which differs between machines: use the workspace-relative part.
      const place = (path: string) =>
        escaped(vscode.workspace.asRelativePath(dataset.root.with({ path }), true));
      if (folders.size > mostFolders) patterns.add(`**/${place(dataset.root.path)}/**/${pictures}`);
      else for (const path of folders) patterns.add(`**/${place(path)}/${pictures}`);
    }
    return [...patterns].sort();
  }
}

/** Escapes characters that have a meaning in a pattern. */
function escaped(path: string): string {
  return path.replace(/^\//, '').replace(/[*?{}[\]]/g, '?');
}
