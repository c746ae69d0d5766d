import { posix } from 'node:path';
import { datasetManifestSchema, type CtVolume } from '@groundglass/core';
import * as vscode from 'vscode';
import { openCt, type OpenedCt } from '../preview/open-ct.js';
import type { Closable } from '../shared/closable.js';
import { maskInManifest } from './mask-in-manifest.js';
import { truthCandidates } from './truth-candidates.js';

/** The expert's mask of a volume. */
export interface Truth extends Closable {
  /** Lesion where it is not 0; `rows * columns` values. Undefined where the mask has no such slice. */
  slice(index: number, signal: AbortSignal): Promise<Uint8Array | undefined>;
}

/** Folders above the image that are looked at for a dataset's manifest. */
const mostLevels = 4;

/**
 * Finds the expert's mask of an image: the one that a dataset's manifest names, else a file beside it that is named after it; for a
 * series, a mask for each of its files. A mask of another size than the image is not taken.
 */
export async function findTruth(uri: vscode.Uri, ct: OpenedCt): Promise<Truth | undefined> {
  const neighbours = new Neighbours(uri);
  if (ct.files)
    return seriesTruth(
      ct.files.map((name) => neighbours.maskOf(name)),
      ct,
    );
  const found = (await fromManifest(uri)) ?? (await neighbours.maskOf(posix.basename(uri.path)));
  if (!found) return undefined;
  const mask = await openCt(found, new AbortController().signal);
  if (!isSameSize(mask.volume, ct.volume) || mask.volume.sliceCount !== ct.volume.sliceCount) {
    mask.dispose();
    return undefined;
  }
  return {
    slice: (index, signal) => readMask(mask.volume, index, signal),
    dispose: () => {
      mask.dispose();
    },
  };
}

/** One mask a slice; slices without one have no truth. */
async function seriesTruth(
  finding: readonly Promise<vscode.Uri | undefined>[],
  ct: OpenedCt,
): Promise<Truth | undefined> {
  const masks = await Promise.all(finding);
  if (masks.every((mask) => mask === undefined)) return undefined;
  return {
    async slice(index, signal) {
      const found = masks[index];
      if (!found) return undefined;
      const mask = await openCt(found, signal);
      try {
        return isSameSize(mask.volume, ct.volume)
          ? await readMask(mask.volume, 0, signal)
          : undefined;
      } finally {
        mask.dispose();
      }
    },
    dispose: () => undefined,
  };
}

function isSameSize(a: CtVolume, b: CtVolume): boolean {
  return a.columns === b.columns && a.rows === b.rows;
}

async function readMask(volume: CtVolume, index: number, signal: AbortSignal): Promise<Uint8Array> {
  const { pixels } = await volume.slice(index, signal);
  return Uint8Array.from(pixels, (value) => Number(value > 0));
}

/** The files around an image. Listing a folder once is quicker than asking for each of a hundred names. */
class Neighbours {
  readonly #folder: vscode.Uri;
  readonly #lists = new Map<string, Promise<ReadonlySet<string>>>();

  constructor(uri: vscode.Uri) {
    this.#folder = vscode.Uri.joinPath(uri, '..');
  }

  async maskOf(name: string): Promise<vscode.Uri | undefined> {
    for (const candidate of truthCandidates(name, posix.basename(this.#folder.path))) {
      const files = await this.#filesOf(posix.dirname(candidate));
      if (files.has(posix.basename(candidate))) return vscode.Uri.joinPath(this.#folder, candidate);
    }
    return undefined;
  }

  #filesOf(path: string): Promise<ReadonlySet<string>> {
    const known = this.#lists.get(path);
    if (known) return known;
    const folder = vscode.Uri.joinPath(this.#folder, path);
    const list = Promise.resolve(vscode.workspace.fs.readDirectory(folder)).then(
      (entries) => new Set(entries.map(([entry]) => entry)),
      () => new Set<string>(),
    );
    this.#lists.set(path, list);
    return list;
  }
}

async function fromManifest(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  let folder = vscode.Uri.joinPath(uri, '..');
  for (let level = 0; level < mostLevels; level++, folder = vscode.Uri.joinPath(folder, '..')) {
    const manifest = await readText(vscode.Uri.joinPath(folder, 'groundglass.dataset.json'));
    const rows = manifest && (await readText(vscode.Uri.joinPath(folder, 'samples.jsonl')));
    if (!rows) continue;
    const root = rootOf(manifest, folder);
    const mask = maskInManifest(rows, posix.relative(root.path, uri.path));
    return mask === undefined ? undefined : vscode.Uri.joinPath(root, mask);
  }
  return undefined;
}

/** The folder that the samples' paths start from. */
function rootOf(manifest: string, folder: vscode.Uri): vscode.Uri {
  try {
    const parsed = datasetManifestSchema.safeParse(JSON.parse(manifest));
    const root = parsed.success ? parsed.data.root : undefined;
    if (root === undefined) return folder;
    return posix.isAbsolute(root) ? folder.with({ path: root }) : vscode.Uri.joinPath(folder, root);
  } catch {
    return folder;
  }
}

async function readText(uri: vscode.Uri): Promise<string | undefined> {
  return vscode.workspace.fs.readFile(uri).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
}
