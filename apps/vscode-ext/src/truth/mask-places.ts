import { posix } from 'node:path';
import * as vscode from 'vscode';
import { isMaskFolderOf, maskNames, rankOfMaskFolder } from './truth-candidates.js';

/** Folders above an image's own that are searched for folders of masks. */
const mostLevels = 2;

interface Place {
  readonly folder: vscode.Uri;
  readonly files: ReadonlySet<string>;
}

/** The files around an image. Listing a folder once is faster than checking each of a hundred names. */
export class MaskPlaces {
  readonly #folder: vscode.Uri;
  #places: Promise<readonly [own: Place, ...others: Place[]]> | undefined;

  constructor(uri: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(uri, '..');
  }

  /** The mask named after an image: next to it, or in a folder of masks below, next to or above its own; nearest first. */
  async maskOf(name: string): Promise<vscode.Uri | undefined> {
    const [own, ...others] = await (this.#places ??= this.#find());
    const beside = maskNames(name, 'beside').find((each) => own.files.has(each));
    if (beside !== undefined) return vscode.Uri.joinPath(own.folder, beside);
    const names = maskNames(name, 'in a mask folder');
    for (const { folder, files } of others) {
      const found = names.find((each) => files.has(each));
      if (found !== undefined) return vscode.Uri.joinPath(folder, found);
    }
    return undefined;
  }

  /** DICOM files whose name or folder indicates a segmentation. */
  async segmentations(): Promise<vscode.Uri[]> {
    const [own, ...others] = await (this.#places ??= this.#find());
    const inFolder = ({ folder, files }: Place, counts: (name: string) => boolean) =>
      [...files].filter(counts).map((name) => vscode.Uri.joinPath(folder, name));
    const above = await placeOf(vscode.Uri.joinPath(this.#folder, '..'));
    const isSegment = (name: string) => /(^|[._-])seg/i.test(name) && /\.(dcm|dicom)$/i.test(name);
    return [
      ...[own, above].flatMap((place) => inFolder(place, isSegment)),
      ...others.flatMap((place) => inFolder(place, (name) => /\.(dcm|dicom)$/i.test(name))),
    ];
  }

  async #find(): Promise<readonly [Place, ...Place[]]> {
    const folder = this.#folder;
    const found: vscode.Uri[] = [];
    let own: Place = { folder, files: new Set() };
    for (let level = 0, at = folder; level <= mostLevels; level++) {
      const entries = await entriesOf(at);
      if (level === 0) own = { folder, files: filesOf(entries) };
      const ranked = entries.flatMap(([name, type]) => {
        if ((type & vscode.FileType.Directory) === 0) return [];
        const isOfSeries = level === 1 && isMaskFolderOf(posix.basename(folder.path), name);
        const rank = isOfSeries ? -1 : rankOfMaskFolder(name);
        return rank === undefined ? [] : [{ name, rank }];
      });
      ranked.sort((a, b) => a.rank - b.rank);
      for (const { name } of ranked) found.push(vscode.Uri.joinPath(at, name));
      const above = vscode.Uri.joinPath(at, '..');
      if (above.path === at.path) break;
      at = above;
    }
    return [own, ...(await Promise.all(found.map(placeOf)))];
  }
}

async function placeOf(folder: vscode.Uri): Promise<Place> {
  return { folder, files: filesOf(await entriesOf(folder)) };
}

function filesOf(entries: readonly [string, vscode.FileType][]): ReadonlySet<string> {
  return new Set(
    entries.filter(([, type]) => (type & vscode.FileType.File) !== 0).map(([name]) => name),
  );
}

/** A file of Git's history, for example, has no folder that can be listed. */
async function entriesOf(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  return vscode.workspace.fs.readDirectory(folder).then(
    (entries) => entries,
    () => [],
  );
}
