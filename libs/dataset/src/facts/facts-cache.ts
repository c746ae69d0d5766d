import type { FileFacts, FileFailure } from './file-facts.js';

const version = 1;

/**
 * Facts of files by path. An entry is valid while the file's size and modification time, and those of its companions, are
 * unchanged.
 */
export class FactsCache {
  readonly #entries = new Map<string, FileFacts | FileFailure>();
  /** Files that were read since the cache was opened. */
  reads = 0;

  /** Reads the text of a cache; omits entries of another version or damaged ones: their files are read again. */
  static parse(text: string): FactsCache {
    const cache = new FactsCache();
    for (const line of text.split('\n')) {
      try {
        const { v, ...facts } = JSON.parse(line) as (FileFacts | FileFailure) & { v: number };
        if (v === version) cache.#entries.set(facts.path, facts);
      } catch {
        // The last row of a killed run, or the empty one after it.
      }
    }
    return cache;
  }

  /** The text of the cache, one file per row. */
  text(): string {
    return [...this.#entries.values()]
      .map((facts) => `${JSON.stringify({ v: version, ...facts })}\n`)
      .join('');
  }

  find(
    path: string,
    { size, modified }: { readonly size: number; readonly modified: number },
  ): FileFacts | FileFailure | undefined {
    const entry = this.#entries.get(path);
    return entry?.size === size && entry.modified === modified ? entry : undefined;
  }

  /** The last known facts of a file, whether it has changed since or not. */
  get(path: string): FileFacts | FileFailure | undefined {
    return this.#entries.get(path);
  }

  set(facts: FileFacts | FileFailure): void {
    this.reads++;
    this.#entries.set(facts.path, facts);
  }
}
