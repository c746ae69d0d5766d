import { setTimeout as wait } from 'node:timers/promises';
import { sniffFormat, sniffLength } from '@groundglass/core';
import * as vscode from 'vscode';
import { readSource } from '../preview/read-source.js';

/** Of more files the names have to do: looking into each would take minutes. */
const mostFiles = 20_000;
const lanes = 8;
/** Between two looks whether others still need the files. */
const waitMs = 50;

/** When looking into files ends early, and when it waits. */
interface SniffPace {
  readonly isOver: () => boolean;
  readonly isBusy: () => boolean;
}

/** Formats by content of files whose name promises another one, by path; of other file systems than this machine's none. */
export async function sniffFormats(
  root: vscode.Uri,
  paths: readonly string[],
  { isOver, isBusy }: SniffPace,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (root.scheme !== 'file' || paths.length > mostFiles) return found;
  let next = 0;
  const lane = async () => {
    while (next < paths.length && !isOver()) {
      if (isBusy()) {
        await wait(waitMs);
        continue;
      }
      const path = paths[next++]!;
      const format = await formatOf(vscode.Uri.joinPath(root, path));
      if (format !== undefined) found.set(path, format);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return found;
}

/** The format of a file by its first bytes; undefined where it is none or cannot be read. */
export async function formatOf(uri: vscode.Uri): Promise<string | undefined> {
  try {
    const { source, dispose } = await readSource(uri);
    try {
      const format = sniffFormat(await source.read(0, Math.min(source.size, sniffLength)));
      return format === 'gzip' ? 'nifti' : format;
    } finally {
      dispose();
    }
  } catch {
    return undefined;
  }
}
