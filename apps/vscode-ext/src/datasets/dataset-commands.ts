import * as vscode from 'vscode';
import { activeUri } from '../preview/active-uri.js';
import { viewTypeOf } from '../preview/view-type-of.js';
import type { GalleryProvider } from '../gallery/gallery-provider.js';
import type { ScoringTarget } from '../scoring/scoring-service.js';
import type { DatasetEntry, DatasetRegistry } from './dataset-registry.js';
import { samplesOfNode, type DatasetNode } from './dataset-tree.js';
import type { Neighbours } from './neighbours.js';
import { stepToNeighbour } from './step-to-neighbour.js';
import { baseNameOf } from './workspace-files.js';

/** Dependencies of the dataset commands. */
export interface DatasetTargets {
  readonly registry: DatasetRegistry;
  readonly galleries: GalleryProvider;
  readonly neighbours: Neighbours;
  readonly extensionUri: vscode.Uri;
  readonly globalStorageUri: vscode.Uri;
  readonly score: (target: ScoringTarget, state?: unknown) => Promise<void>;
  readonly audit: (entry: DatasetEntry) => Promise<void>;
}

/** Arguments of a command from the tree or the explorer; nothing from the palette. */
type Given = DatasetNode | vscode.Uri | undefined;

/** The worst errors first: that is what people open results for. */
const mostWrong = { sort: { key: 'error', descending: true } };

/** Registers the commands of datasets and galleries. */
export function registerDatasetCommands(targets: DatasetTargets): vscode.Disposable {
  const { registry, galleries, neighbours } = targets;
  const commands: Readonly<Record<string, (given: Given, selected?: readonly Given[]) => unknown>> =
    {
      'groundglass.openGallery': (given) => openGallery(given, targets),
      'groundglass.score': async (given, selected) => {
        const target = await targetOf(given, selected, targets);
        if (target) await targets.score(target.target, target.state);
      },
      'groundglass.importDataset': async (given) => {
        const folder = given instanceof vscode.Uri ? given : folderOf(given);
        const { importDataset } = await import('./import-dataset.js');
        const written = await importDataset(folder);
        if (!written) return;
        registry.refresh();
        const entry = await registry.entryAt(written);
        if (entry) await galleries.openDataset(entry);
      },
      'groundglass.auditDataset': async (given) => {
        const entry = await entryFor(given, registry);
        if (entry) await targets.audit(entry);
      },
      'groundglass.refreshDatasets': () => {
        registry.refresh();
      },
      'groundglass.openSample': async (given) => {
        // The walkthrough opens a picture that ships with the extension.
        if (given === undefined) {
          const sample = 'sample-dataset/images/p0005-2.png';
          return openImage(vscode.Uri.joinPath(targets.extensionUri, sample), false);
        }
        if (given instanceof vscode.Uri || given.kind !== 'image') return;
        const { dataset, sample } = given;
        const uris = dataset.samples.map(({ path }) => vscode.Uri.joinPath(dataset.root, path));
        neighbours.follow(uris);
        await openImage(uris[sample]!, true);
      },
      'groundglass.openSampleDataset': () => openSampleDataset(targets),
      'groundglass.nextImage': () => stepToNeighbour(neighbours, 1),
      'groundglass.previousImage': () => stepToNeighbour(neighbours, -1),
    };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([id, run]) => vscode.commands.registerCommand(id, run)),
  );
}

function folderOf(given: DatasetNode | undefined): vscode.Uri | undefined {
  return given && given.kind !== 'note' ? given.entry.folder : undefined;
}

async function openGallery(given: Given, { registry, galleries }: DatasetTargets): Promise<void> {
  if (given && !(given instanceof vscode.Uri)) {
    if (given.kind === 'note') return;
    if (given.kind === 'results') return galleries.openResults(given.uri);
    return galleries.openDataset(given.entry, stateOf(given));
  }
  const uri = asFolder(given ?? listOfEditor());
  if (!uri) {
    const [folder] = vscode.workspace.workspaceFolders ?? [];
    if (folder && (await registry.find()).length === 0)
      return galleries.openPanel({ kind: 'folder', uri: folder.uri }, folder.name);
    const entry = await pickEntry(registry);
    if (entry) await galleries.openDataset(entry);
    return;
  }
  if (/\.predictions\.jsonl$/i.test(uri.path)) return galleries.openResults(uri);
  const { type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.Directory) === 0) {
    const title = vscode.l10n.t('{0} (gallery)', baseNameOf(uri));
    return galleries.openPanel({ kind: 'list', uri }, title);
  }
  const entry = await registry.entryAt(uri);
  if (entry) return galleries.openDataset(entry);
  return galleries.openPanel({ kind: 'folder', uri }, baseNameOf(uri));
}

/** The text of paths, or the results, in the active editor; not a picture. */
function listOfEditor(): vscode.Uri | undefined {
  const uri = activeUri();
  if (!uri || /\.(png|jpe?g|dcm|dicom|ima|nii|gz|mha|mhd)$/i.test(uri.path)) return undefined;
  return uri;
}

/** A manifest stands for its folder. */
function asFolder(uri: vscode.Uri | undefined): vscode.Uri | undefined {
  return uri && baseNameOf(uri) === 'groundglass.dataset.json'
    ? vscode.Uri.joinPath(uri, '..')
    : uri;
}

/** The filter that shows the content of a tree node. */
function stateOf(node: DatasetNode): unknown {
  switch (node.kind) {
    case 'split':
      return { filter: { facets: { split: [node.name] } } };
    case 'label':
    case 'patient': {
      const [first] = samplesOfNode(node);
      const sample = first === undefined ? undefined : node.dataset.samples[first];
      if (!sample) return undefined;
      const facets =
        node.kind === 'patient'
          ? { patient: [sample.patient] }
          : { split: [sample.split], label: [sample.label ?? ''] };
      return { filter: { facets } };
    }
    case 'dataset':
    case 'results':
    case 'page':
    case 'image':
    case 'note':
      return undefined;
    default:
      return node satisfies never;
  }
}

/** What to score, and what its gallery shows first. */
async function targetOf(
  given: Given,
  selected: readonly Given[] | undefined,
  { registry }: DatasetTargets,
): Promise<{ target: ScoringTarget; state: unknown } | undefined> {
  const nodes = (selected ?? [given]).filter(
    (each): each is DatasetNode => each !== undefined && !(each instanceof vscode.Uri),
  );
  if (given && !(given instanceof vscode.Uri)) {
    if (given.kind === 'note') return undefined;
    const { entry } = given;
    const dataset = await entry.load();
    const chosen = nodes.filter((node) => node.kind !== 'note' && node.entry === entry);
    const isWhole = chosen.some((node) => node.kind === 'dataset' || node.kind === 'results');
    const indices = new Set(chosen.flatMap(samplesOfNode));
    const samples = isWhole ? dataset.samples : dataset.samples.filter((_, at) => indices.has(at));
    const first = stateOf(given) as object | undefined;
    return {
      target: {
        name: dataset.manifest.name,
        folder: dataset.folder,
        root: dataset.root,
        samples,
        entry,
      },
      state: { ...mostWrong, ...first },
    };
  }
  const uris = (selected ?? [given]).filter((each) => each instanceof vscode.Uri);
  if (uris.length > 0) {
    const { targetOfFiles } = await import('../scoring/target-of-files.js');
    return { target: await targetOfFiles(uris, registry), state: mostWrong };
  }
  const entry = await pickEntry(registry);
  if (!entry) return undefined;
  const dataset = await entry.load();
  const split = await pickSplit(dataset.samples.map(({ split }) => split));
  if (!split) return undefined;
  const samples =
    split === 'all' ? dataset.samples : dataset.samples.filter((sample) => sample.split === split);
  return {
    target: {
      name: dataset.manifest.name,
      folder: dataset.folder,
      root: dataset.root,
      samples,
      entry,
    },
    state: { ...mostWrong, ...(split === 'all' ? {} : { filter: { facets: { split: [split] } } }) },
  };
}

async function entryFor(
  given: Given,
  registry: DatasetRegistry,
): Promise<DatasetEntry | undefined> {
  if (given instanceof vscode.Uri) {
    return (await registry.entryAt(given)) ?? (await registry.entryOf(given));
  }
  if (given) return given.kind === 'note' ? undefined : given.entry;
  return pickEntry(registry);
}

/** The one dataset of the workspace, or the one that the user picks. */
async function pickEntry(registry: DatasetRegistry): Promise<DatasetEntry | undefined> {
  const entries = await registry.find();
  if (entries.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t('There is no dataset in this workspace: import a folder, or open the sample.'),
    );
  }
  if (entries.length < 2) return entries[0];
  const picked = await vscode.window.showQuickPick(
    entries.map((entry) => ({ label: entry.name, description: entry.folder.fsPath, entry })),
    { title: vscode.l10n.t('Dataset') },
  );
  return picked?.entry;
}

async function pickSplit(splits: readonly string[]): Promise<string | undefined> {
  const counts = new Map<string, number>();
  for (const split of splits) counts.set(split, (counts.get(split) ?? 0) + 1);
  if (counts.size < 2) return 'all';
  const picked = await vscode.window.showQuickPick(
    [
      ...[...counts].map(([split, count]) => ({ label: split, description: String(count), split })),
      { label: vscode.l10n.t('All splits'), description: String(splits.length), split: 'all' },
    ],
    { title: vscode.l10n.t('What to score') },
  );
  return picked?.split;
}

async function openImage(uri: vscode.Uri, isPreview: boolean): Promise<void> {
  await vscode.commands.executeCommand('vscode.openWith', uri, viewTypeOf(uri), {
    preview: isPreview,
  });
}

/** Copies the bundled dataset to a writable folder, so that results can be saved next to it, and opens it. */
async function openSampleDataset({
  extensionUri,
  globalStorageUri,
}: DatasetTargets): Promise<void> {
  const { fs } = vscode.workspace;
  const from = vscode.Uri.joinPath(extensionUri, 'sample-dataset');
  const to = vscode.Uri.joinPath(globalStorageUri, 'sample-dataset');
  await fs.createDirectory(globalStorageUri);
  const isThere = await fs.stat(to).then(
    () => true,
    () => false,
  );
  if (!isThere) await fs.copy(from, to);
  const hasFolder = (vscode.workspace.workspaceFolders ?? []).length > 0;
  await vscode.commands.executeCommand('vscode.openFolder', to, { forceNewWindow: hasFolder });
}
