import { omit } from '../text/omit.js';
import type { StoredFeatures } from './slice-features.js';

const version = 6;

/** The measured agreement of two pictures. */
export interface StoredPair {
  readonly detail: number;
  readonly grey: number;
  readonly overlap: number;
}

/** Features by pixel hash, and comparisons by the two pictures' hashes: each picture is processed once, wherever it is. */
export class FeaturesCache {
  readonly #features = new Map<string, StoredFeatures>();
  readonly #pairs = new Map<string, StoredPair>();
  /** Rows that are not in the cache's file yet. */
  #fresh: string[] = [];
  /** Pictures decoded since the cache was opened. */
  reads = 0;

  /** Reads the text of a cache; omits rows of another version and damaged ones. */
  static parse(text: string): FeaturesCache {
    const cache = new FeaturesCache();
    for (const line of text.split('\n')) {
      try {
        const row = JSON.parse(line) as { v: number; hash?: string; pair?: string };
        if (row.v !== version) continue;
        const { hash, pair } = row;
        const values = omit(row, 'v', 'hash', 'pair');
        if (hash !== undefined) cache.#features.set(hash, values as unknown as StoredFeatures);
        else if (pair !== undefined) cache.#pairs.set(pair, values as unknown as StoredPair);
      } catch {
        // The last row of a killed run, or the empty one after it.
      }
    }
    return cache;
  }

  find(hash: string): StoredFeatures | undefined {
    return this.#features.get(hash);
  }

  set(hash: string, features: StoredFeatures): void {
    this.reads++;
    this.#features.set(hash, features);
    this.#fresh.push(JSON.stringify({ v: version, hash, ...features }));
  }

  /** @param key both pictures' hashes, and how the second is turned. */
  findPair(key: string): StoredPair | undefined {
    return this.#pairs.get(key);
  }

  setPair(key: string, pair: StoredPair): void {
    this.#pairs.set(key, pair);
    this.#fresh.push(JSON.stringify({ v: version, pair: key, ...pair }));
  }

  /** The rows added since the last call, to append to the cache's file. */
  takeFresh(): string {
    const text = this.#fresh.map((line) => `${line}\n`).join('');
    this.#fresh = [];
    return text;
  }
}
