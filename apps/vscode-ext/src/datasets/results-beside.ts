import type { Finding } from '@groundglass/core';
import type { Baseline } from '@groundglass/viewer/gallery-rows';
import * as vscode from 'vscode';
import { readTextOf } from './workspace-files.js';

/** Results files of a dataset, newest first. */
export async function resultsBeside(folders: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  return filesBeside(folders, '.predictions.jsonl');
}

/** Audit findings of a dataset; of several files the newest counts. */
export async function findingsBeside(folders: readonly vscode.Uri[]): Promise<Finding[]> {
  const [newest] = await auditsBeside(folders);
  const text = newest && (await readTextOf(newest));
  if (text === undefined) return [];
  const { parseFindings } = await import('./dataset-functions.js');
  return parseFindings(text).findings;
}

/** Audit files of a dataset, newest first. */
export async function auditsBeside(folders: readonly vscode.Uri[]): Promise<vscode.Uri[]> {
  return filesBeside(folders, '.audit.jsonl');
}

async function filesBeside(folders: readonly vscode.Uri[], ending: string): Promise<vscode.Uri[]> {
  const files = await Promise.all(
    folders.map(async (folder) => {
      const entries = await vscode.workspace.fs.readDirectory(folder).then(
        (read) => read,
        () => [],
      );
      return entries
        .filter(([name]) => name.endsWith(ending))
        .map(([name]) => vscode.Uri.joinPath(folder, name));
    }),
  );
  const dated = await Promise.all(
    files.flat().map(async (uri) => {
      const time = await vscode.workspace.fs.stat(uri).then(
        ({ mtime }) => mtime,
        () => 0,
      );
      return { uri, time };
    }),
  );
  return dated.sort((a, b) => b.time - a.time).map(({ uri }) => uri);
}

/** The baselines of a dataset, as measured by its audit; none if it was not audited. */
export async function baselinesBeside(folders: readonly vscode.Uri[]): Promise<Baseline[]> {
  const [newest] = await filesBeside(folders, '.baselines.json');
  const text = newest && (await readTextOf(newest));
  if (text === undefined) return [];
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.filter(isBaseline) : [];
  } catch {
    return [];
  }
}

function isBaseline(value: unknown): value is Baseline {
  const { name, split, accuracy, auc } = (value ?? {}) as Record<string, unknown>;
  const isNumber = (number: unknown) => number === null || typeof number === 'number';
  return (
    typeof name === 'string' &&
    (split === null || typeof split === 'string') &&
    isNumber(accuracy) &&
    isNumber(auc)
  );
}
