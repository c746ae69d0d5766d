import { open } from 'node:fs/promises';
import { bytesSource, CtError, fileSource, type ByteSource } from '@groundglass/core';
import * as vscode from 'vscode';
import type { Closable } from '../shared/closable.js';

/** A source that may hold a file open until it is disposed. */
export interface DisposableSource extends Closable {
  readonly source: ByteSource;
}

/**
 * Opens a file for reading by ranges, or reads it whole if the file system is not local (a virtual workspace).
 *
 * @throws {CtError} `CT_READ_FAILED` when it does not exist or may not be read.
 */
export async function readSource(uri: vscode.Uri): Promise<DisposableSource> {
  try {
    if (uri.scheme !== 'file') {
      const bytes = await vscode.workspace.fs.readFile(uri);
      return { source: bytesSource(bytes), dispose: () => undefined };
    }
    const handle = await open(uri.fsPath);
    return { source: await fileSource(handle), dispose: () => void handle.close() };
  } catch (cause) {
    throw new CtError('CT_READ_FAILED', 'Expected a file that can be read', { cause });
  }
}

/** A source that opens its file for each read: a series of thousands of files must not hold thousands of handles. */
export async function seriesSource(uri: vscode.Uri): Promise<ByteSource> {
  if (uri.scheme !== 'file') return (await readSource(uri)).source;
  const { size } = await vscode.workspace.fs.stat(uri);
  return {
    size,
    async read(offset, length) {
      const { source, dispose } = await readSource(uri);
      try {
        return await source.read(offset, length);
      } finally {
        dispose();
      }
    },
  };
}
