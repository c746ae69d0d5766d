import type * as vscode from 'vscode';
import type { OpenedCt } from './open-ct.js';

/** A CT file open in one or more editors; decoded once for all of them. */
export class CtDocument implements vscode.CustomDocument {
  #opened: Promise<OpenedCt> | undefined;
  #opening = new AbortController();
  #disposed = false;
  #timePoint = 0;
  readonly #listeners = new Set<() => void>();

  constructor(readonly uri: vscode.Uri) {}

  /**
   * Calls back when another volume of the file is chosen.
   *
   * @returns a function that ends this.
   */
  onDidChoose(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Chooses another volume of a file with several, for all editors of the file. */
  choose(timePoint: number): void {
    this.#timePoint = timePoint;
    this.close();
    for (const listener of this.#listeners) listener();
  }

  /** @throws {CtError} what `openCt` throws; the next call tries again. */
  open(): Promise<OpenedCt> {
    if (this.#opened) return this.#opened;
    const { signal } = this.#opening;
    // Decoders load with the first image, not with the extension.
    const opened = import('./open-ct.js').then(({ openCt }) =>
      openCt(this.uri, signal, this.#timePoint),
    );
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

  /** Drops the loaded data, because the file has changed. */
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
