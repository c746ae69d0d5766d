import { bytesSource, CtError, type ByteSource } from '@groundglass/core/browser';
import * as vscode from 'vscode';
import type { DisposableSource } from '../preview/read-source.js';

/**
 * Reads a file as a whole: without a process there is no file to read by ranges. The bundle for browsers uses this in place of
 * `preview/read-source`.
 *
 * @throws {CtError} `CT_READ_FAILED` when it does not exist or may not be read.
 */
export async function readSource(uri: vscode.Uri): Promise<DisposableSource> {
  try {
    const bytes = await vscode.workspace.fs.readFile(uri);
    return { source: bytesSource(bytes), dispose: () => undefined };
  } catch (cause) {
    throw new CtError('CT_READ_FAILED', 'Expected a file that can be read', { cause });
  }
}

/** A source of one file of a series. */
export async function seriesSource(uri: vscode.Uri): Promise<ByteSource> {
  return (await readSource(uri)).source;
}
