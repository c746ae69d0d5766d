import { setTimeout as wait } from 'node:timers/promises';
import { sniffFormat, sniffLength } from '@groundglass/core';
import * as vscode from 'vscode';
import { readSource } from '../preview/read-source.js';

/** Beyond this many files, trust the names: reading each would take minutes. */
const mostFiles = 20_000;
const lanes = 8;
/** Interval of checking whether others still need the files. */
const waitMs = 50;

/** When sniffing stops early, and when it waits. */
interface SniffPace {
  readonly isOver: () => boolean;
  readonly isBusy: () => boolean;
}

/** Formats by content of files with a wrong extension, by path; none on file systems other than this machine's. */
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

/** The format of a file by its first bytes; undefined if it is none or unreadable. */
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
