import * as vscode from 'vscode';
import type { DatasetEntry, DatasetRegistry } from './dataset-registry.js';
import { groupSamples, pagesOf, pageSize } from './group-samples.js';
import type { LoadedDataset } from './load-dataset.js';
import { baseNameOf } from './workspace-files.js';

/** What a node represents; `samples` are indices into the dataset's. */
export type DatasetNode =
  | { readonly kind: 'dataset'; readonly entry: DatasetEntry }
  | { readonly kind: 'results'; readonly entry: DatasetEntry; readonly uri: vscode.Uri }
  | {
      readonly kind: 'split' | 'label' | 'patient' | 'page';
      readonly entry: DatasetEntry;
      readonly dataset: LoadedDataset;
      readonly name: string;
      readonly samples: readonly number[];
      readonly children: () => DatasetNode[];
    }
  | {
      readonly kind: 'image';
      readonly entry: DatasetEntry;
      readonly dataset: LoadedDataset;
      readonly sample: number;
    }
  | { readonly kind: 'note'; readonly text: string };

/** Dataset → split → class → patient → image, each level created when it is opened. */
export class DatasetTree implements vscode.TreeDataProvider<DatasetNode> {
  readonly #changed = new vscode.EventEmitter<DatasetNode[] | undefined>();
  readonly onDidChangeTreeData = this.#changed.event;
  #shown: readonly (DatasetNode & { kind: 'dataset' })[] = [];
  readonly #opened = new WeakSet<DatasetEntry>();
  readonly #registry: DatasetRegistry;
  readonly #resultsOf: (entry: DatasetEntry) => Promise<vscode.Uri[]>;

  constructor(
    registry: DatasetRegistry,
    resultsOf: (entry: DatasetEntry) => Promise<vscode.Uri[]>,
  ) {
    this.#registry = registry;
    this.#resultsOf = resultsOf;
  }

  /**
   * Searches and loads first, and keeps the rows of datasets if they are the same: until VS Code has the new rows, it gives the commands of
   * old ones no node, and they would ask which dataset.
   */
  async refresh(): Promise<void> {
    const entries = await this.#registry.find();
    const opened = entries.filter((entry) => this.#opened.has(entry));
    await Promise.allSettled(opened.map((entry) => entry.load()));
    const isSame =
      entries.length === this.#shown.length &&
      this.#shown.every(({ entry }, at) => entry === entries[at]);
    this.#changed.fire(isSame ? [...this.#shown] : undefined);
  }

  async getChildren(node?: DatasetNode): Promise<DatasetNode[]> {
    if (!node) {
      const entries = await this.#registry.find();
      this.#shown = entries.map((entry) => ({ kind: 'dataset', entry }));
      return [...this.#shown];
    }
    switch (node.kind) {
      case 'dataset':
        this.#opened.add(node.entry);
        return this.#splitsOf(node.entry);
      case 'split':
      case 'label':
      case 'patient':
      case 'page':
        return node.children();
      case 'results':
      case 'image':
      case 'note':
        return [];
      default:
        return node satisfies never;
    }
  }

  getTreeItem(node: DatasetNode): vscode.TreeItem {
    const { Collapsed, None } = vscode.TreeItemCollapsibleState;
    switch (node.kind) {
      case 'dataset': {
        const item = new vscode.TreeItem(node.entry.name, Collapsed);
        item.id = `dataset ${node.entry.folder.toString()}`;
        item.iconPath = new vscode.ThemeIcon('database');
        item.description = layoutName(node.entry);
        item.tooltip = node.entry.folder.fsPath;
        item.contextValue =
          node.entry.layout === 'manifest' ? 'dataset.manifest' : 'dataset.layout';
        return item;
      }
      case 'results': {
        const item = new vscode.TreeItem(baseNameOf(node.uri), None);
        item.resourceUri = node.uri;
        item.iconPath = new vscode.ThemeIcon('graph');
        item.contextValue = 'results';
        item.command = {
          command: 'groundglass.openGallery',
          title: vscode.l10n.t('Open the gallery'),
          arguments: [node],
        };
        return item;
      }
      case 'split':
      case 'label':
      case 'patient':
      case 'page': {
        const item = new vscode.TreeItem(node.name, Collapsed);
        item.description = String(node.samples.length);
        const { samples } = node.dataset;
        if (
          node.kind === 'split' &&
          node.samples.every((at) => samples[at]!.guessed?.includes('split'))
        ) {
          item.description = vscode.l10n.t('{0}, drawn by Groundglass', node.samples.length);
          item.tooltip = vscode.l10n.t(
            'The data does not state the split of these pictures: Groundglass drew it.',
          );
        }
        item.iconPath = new vscode.ThemeIcon(icons[node.kind]);
        item.contextValue = node.kind;
        return item;
      }
      case 'image': {
        const { dataset, sample } = node;
        const { path, slice } = dataset.samples[sample]!;
        const uri = vscode.Uri.joinPath(dataset.root, path);
        const item = new vscode.TreeItem(
          slice === undefined
            ? baseNameOf(uri)
            : vscode.l10n.t('{0}, slice {1}', baseNameOf(uri), slice + 1),
          None,
        );
        item.resourceUri = uri;
        item.contextValue = 'image';
        item.command = {
          command: 'groundglass.openSample',
          title: vscode.l10n.t('Open'),
          arguments: [node],
        };
        return item;
      }
      case 'note':
        return new vscode.TreeItem(node.text, None);
      default:
        return node satisfies never;
    }
  }

  async #splitsOf(entry: DatasetEntry): Promise<DatasetNode[]> {
    try {
      const dataset = await entry.load();
      const tree = groupSamples(dataset.samples, dataset.manifest.labels);
      const results = (await this.#resultsOf(entry)).map((uri): DatasetNode => ({
        kind: 'results',
        entry,
        uri,
      }));
      const splits = [...tree].map(([split, byLabel]): DatasetNode => {
        const samples = [...byLabel.values()].flatMap((byPatient) =>
          [...byPatient.values()].flat(),
        );
        return branch('split', split, samples, () =>
          [...byLabel].map(([label, byPatient]) =>
            branch('label', label ?? vscode.l10n.t('unknown'), [...byPatient.values()].flat(), () =>
              paged(
                [...byPatient].map(([patient, indices]) =>
                  // A patient with one image needs no level.
                  indices.length === 1
                    ? image(indices[0]!)
                    : branch('patient', patient, indices, () => paged(indices.map(image))),
                ),
              ),
            ),
          ),
        );
      });
      const { length } = dataset.problems;
      const note: DatasetNode[] =
        length === 0
          ? []
          : [
              {
                kind: 'note',
                text: vscode.l10n.t('{0} rows could not be used: see Problems', length),
              },
            ];
      return [...results, ...splits, ...note];

      function image(sample: number): DatasetNode {
        return { kind: 'image', entry, dataset, sample };
      }
      function branch(
        kind: 'split' | 'label' | 'patient' | 'page',
        name: string,
        samples: readonly number[],
        children: () => DatasetNode[],
      ): DatasetNode {
        return { kind, entry, dataset, name, samples, children };
      }
      function paged(nodes: DatasetNode[]): DatasetNode[] {
        if (nodes.length <= pageSize) return nodes;
        return pagesOf(nodes).map((page, at) => {
          const samples = page.flatMap(samplesOfNode);
          return branch(
            'page',
            `${at * pageSize + 1}–${at * pageSize + page.length}`,
            samples,
            () => [...page],
          );
        });
      }
    } catch (error) {
      return [{ kind: 'note', text: error instanceof Error ? error.message : String(error) }];
    }
  }
}

const icons = {
  split: 'split-horizontal',
  label: 'tag',
  patient: 'person',
  page: 'ellipsis',
} as const;

/** Indices of the samples that a node holds. */
export function samplesOfNode(node: DatasetNode): readonly number[] {
  if (node.kind === 'image') return [node.sample];
  return 'samples' in node ? node.samples : [];
}

function layoutName({ layout }: DatasetEntry): string {
  const names: Record<DatasetEntry['layout'], string> = {
    manifest: vscode.l10n.t('manifest'),
    'covid-ct': 'COVID-CT',
    'covid-seg': 'COVID-SemiSeg',
    'covid-seg-volumes': 'COVID-SemiSeg',
    luna16: 'LUNA16',
    mosmed: 'MosMedData',
    names: vscode.l10n.t('names'),
    folders: vscode.l10n.t('class folders'),
    csv: 'CSV',
    lists: vscode.l10n.t('split lists'),
    dicom: vscode.l10n.t('DICOM and volumes'),
  };
  return names[layout];
}
