import { posix } from 'node:path';
import { datasetManifestSchema, type CtVolume } from '@groundglass/core';
import * as vscode from 'vscode';
import { openCt, type OpenedCt } from '../preview/open-ct.js';
import { maskInManifest } from './mask-in-manifest.js';
import { MaskPlaces } from './mask-places.js';
import { classesIn, openMask, type Truth } from './open-mask.js';

/** Folders above the image to search for a dataset's manifest. */
const mostLevels = 4;
/** Segmentations around a series to try; reading each costs its header and frames. */
const mostSegmentations = 8;

/**
 * Finds the expert's mask of an image: the one in a dataset's manifest, else a file named after the image, next to it or in a folder of
 * masks; for a series, a mask for each of its files, or a DICOM Segmentation around it. Skips segmentations
 * around a series whose position does not match.
 *
 * @throws {CtError} errors of `openMask` for a mask that is named after the image.
 */
export async function findTruth(uri: vscode.Uri, ct: OpenedCt): Promise<Truth | undefined> {
  const places = new MaskPlaces(uri);
  const folder = vscode.Uri.joinPath(uri, '..').path;
  const nameOf = (mask: vscode.Uri) => posix.relative(folder, mask.path);
  const named = await (ct.files ? seriesTruth(places, ct, nameOf) : oneMask());
  if (named || ct.volume.format !== 'dicom') return named;
  for (const mask of (await places.segmentations()).slice(0, mostSegmentations)) {
    if (mask.path === uri.path) continue;
    const found = await openMask(mask, ct, nameOf(mask)).catch(() => undefined);
    if (found) return found;
  }
  return undefined;

  async function oneMask(): Promise<Truth | undefined> {
    const mask = (await fromManifest(uri)) ?? (await places.maskOf(posix.basename(uri.path)));
    return mask && openMask(mask, ct, nameOf(mask));
  }
}

/** One mask a slice; slices without one have no truth. */
async function seriesTruth(
  places: MaskPlaces,
  ct: OpenedCt,
  nameOf: (mask: vscode.Uri) => string,
): Promise<Truth | undefined> {
  const masks = await Promise.all((ct.files ?? []).map((name) => places.maskOf(name)));
  const first = masks.find((mask) => mask !== undefined);
  if (!first) return undefined;
  return {
    name: posix.dirname(nameOf(first)),
    classNames: {},
    async slice(index, signal) {
      const found = masks[index];
      if (!found) return undefined;
      const mask = await openCt(found, signal);
      try {
        return isSameSize(mask.volume, ct.volume)
          ? await classesIn(mask.volume, 0, signal)
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

/** The folder that sample paths are relative to. */
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
