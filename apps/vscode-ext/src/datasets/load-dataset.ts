import type { DatasetManifest, DatasetSample } from '@groundglass/core';
import {
  importLayout,
  manifestName,
  parseManifest,
  parseSamples,
  type ImportProblem,
  type Layout,
} from '@groundglass/dataset';
import { CtError } from '@groundglass/core/errors';
import * as vscode from 'vscode';
import { readTextOf, workspaceFiles } from './workspace-files.js';

/** A dataset with its samples, read from a manifest or, without asking, from its layout. */
export interface LoadedDataset {
  readonly folder: vscode.Uri;
  readonly layout: Layout;
  readonly manifest: DatasetManifest;
  /** The folder that sample paths are relative to. */
  readonly root: vscode.Uri;
  readonly samples: readonly DatasetSample[];
  /** Row of each sample in `samples.jsonl`, from 1; undefined if there is no such file. */
  readonly lines: readonly number[] | undefined;
  readonly problems: readonly ImportProblem[];
  /** `samples.jsonl`, or undefined for a layout without a manifest. */
  readonly samplesFile: vscode.Uri | undefined;
}

/**
 * Loads a dataset. Layouts are read by names alone: unlike an import, this neither opens nor checks images.
 *
 * @throws {CtError} `CT_BAD_DATASET` when the manifest is wrong or the layout is empty.
 */
export async function loadDataset(
  folder: vscode.Uri,
  layout: Layout,
  signal?: AbortSignal,
): Promise<LoadedDataset> {
  if (layout === 'manifest') return loadManifest(folder);
  const files = await workspaceFiles(folder);
  const options = { decode: false, ...(signal ? { signal } : {}) };
  const imported = await importLayout(layout, files, options);
  return {
    ...imported,
    ...{ folder, layout, root: folder },
    ...{ lines: undefined, samplesFile: undefined },
  };
}

async function loadManifest(folder: vscode.Uri): Promise<LoadedDataset> {
  const text = await readTextOf(vscode.Uri.joinPath(folder, manifestName));
  if (text === undefined) {
    throw new CtError('CT_BAD_DATASET', `Expected ${manifestName} to be readable`);
  }
  const manifest = parseManifest(text);
  const samplesFile = vscode.Uri.joinPath(folder, manifest.samples);
  const rows = await readTextOf(samplesFile);
  if (rows === undefined) {
    throw new CtError('CT_BAD_DATASET', `Expected ${manifest.samples} beside ${manifestName}`);
  }
  const parsed = parseSamples(rows, manifest);
  return {
    folder,
    layout: 'manifest',
    manifest,
    root: rootOf(manifest, folder),
    samplesFile,
    ...parsed,
  };
}

/** The folder that a manifest's paths are relative to. */
export function rootOf({ root }: Pick<DatasetManifest, 'root'>, folder: vscode.Uri): vscode.Uri {
  if (root === undefined) return folder;
  if (/^[a-zA-Z]:[\\/]/.test(root)) return vscode.Uri.file(root);
  return root.startsWith('/') ? folder.with({ path: root }) : vscode.Uri.joinPath(folder, root);
}
