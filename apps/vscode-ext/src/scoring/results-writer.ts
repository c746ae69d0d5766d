import { open, type FileHandle } from 'node:fs/promises';
import * as vscode from 'vscode';

/** Destination of result rows. */
export interface ResultsWriter {
  /** Adds text at the end; several calls at once keep their order. */
  append(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Interval between writes of a file that can only be written as a whole. */
const wholeWriteMs = 3000;

/**
 * Opens a results file to append after `length` bytes; cuts off what a kill left after them.
 *
 * @throws errors of the file system: no space, no permission.
 */
export async function openResults(uri: vscode.Uri, length: number): Promise<ResultsWriter> {
  if (uri.scheme !== 'file') return wholeWriter(uri, length);
  const file = await open(uri.fsPath, 'a');
  await file.truncate(length);
  return appendingWriter(file);
}

function appendingWriter(file: FileHandle): ResultsWriter {
  let last: Promise<void> = Promise.resolve();
  return {
    append(text) {
      const next = last.then(() => file.appendFile(text));
      // A failed row must not keep the next one from being tried; its own caller gets the error.
      last = next.catch(() => undefined);
      return next;
    },
    async close() {
      await last;
      await file.close();
    },
  };
}

/** For file systems that cannot append: writes the whole text now and then and at the end. */
async function wholeWriter(uri: vscode.Uri, length: number): Promise<ResultsWriter> {
  const { fs } = vscode.workspace;
  const before = await fs.readFile(uri).then(
    (bytes) => new TextDecoder().decode(bytes.subarray(0, length)),
    () => '',
  );
  let text = before;
  let written = 0;
  const flush = async () => {
    await fs.writeFile(uri, new TextEncoder().encode(text));
    written = Date.now();
  };
  return {
    async append(more) {
      text += more;
      if (Date.now() - written >= wholeWriteMs) await flush();
    },
    close: flush,
  };
}
