import type { Thumbnail } from './gallery-model.js';

/** Thumbnails that are kept: some screens full. */
const mostKept = 800;

/** The most recently used thumbnails by row; cancels requests that have scrolled out of sight. */
export class ThumbnailCache<T extends Thumbnail = Thumbnail> {
  readonly #kept = new Map<number, T | Error>();
  readonly #asked = new Map<number, AbortController>();
  readonly #provider: (row: number, signal: AbortSignal) => Promise<T>;
  readonly #onArrival: (row: number) => void;

  constructor(
    provider: (row: number, signal: AbortSignal) => Promise<T>,
    onArrival: (row: number) => void,
  ) {
    this.#provider = provider;
    this.#onArrival = onArrival;
  }

  /** The thumbnail, or why there is none; undefined while it is loading. */
  get(row: number): T | Error | undefined {
    const kept = this.#kept.get(row);
    if (kept) {
      this.#kept.delete(row);
      this.#kept.set(row, kept);
      return kept;
    }
    if (!this.#asked.has(row)) this.#ask(row);
    return undefined;
  }

  /** Cancels requests that are no longer wanted. */
  abortExcept(wanted: ReadonlySet<number>): void {
    for (const [row, request] of this.#asked) {
      if (!wanted.has(row)) {
        this.#asked.delete(row);
        request.abort();
      }
    }
  }

  /** Forgets rows whose picture or mask has changed; all for undefined. */
  forget(row?: number): void {
    if (row === undefined) this.#kept.clear();
    else this.#kept.delete(row);
  }

  dispose(): void {
    this.abortExcept(new Set());
    this.#kept.clear();
  }

  #ask(row: number): void {
    const request = new AbortController();
    this.#asked.set(row, request);
    const settle = (result: T | Error) => {
      if (this.#asked.get(row) !== request) return;
      this.#asked.delete(row);
      this.#kept.set(row, result);
      if (this.#kept.size > mostKept) {
        const [oldest] = this.#kept.keys();
        this.#kept.delete(oldest!);
      }
      this.#onArrival(row);
    };
    this.#provider(row, request.signal).then(settle, (error: unknown) => {
      settle(error instanceof Error ? error : new Error(String(error)));
    });
  }
}
