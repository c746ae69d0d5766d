import type * as vscode from 'vscode';
import type { OpenedCt } from './open-ct.js';

/** A CT file that is open in one or more editors; decoded once for all of them. */
export class CtDocument implements vscode.CustomDocument {
  #opened: Promise<OpenedCt> | undefined;
  #opening = new AbortController();
  #disposed = false;

  constructor(readonly uri: vscode.Uri) {}

  /** @throws {CtError} what `openCt` throws; the next call tries again. */
  open(): Promise<OpenedCt> {
    if (this.#opened) return this.#opened;
    const { signal } = this.#opening;
    // Decoders load with the first image, not with the extension.
    const opened = import('./open-ct.js').then(({ openCt }) => openCt(this.uri, signal));
    this.#opened = opened;
    opened.then(
      (ct) => {
        if (this.#disposed || this.#opened !== opened) ct.dispose();
      },
      () => {
        if (this.#opened === opened) this.#opened = undefined;
      },
    );
    return opened;
  }

  /** Forgets what was read, for a file that has changed. */
  close(): void {
    this.#opening.abort();
    this.#opening = new AbortController();
    const opened = this.#opened;
    this.#opened = undefined;
    void opened?.then(
      (ct) => {
        ct.dispose();
      },
      () => undefined,
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.close();
  }
}
