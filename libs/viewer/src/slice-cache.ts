/** What {@link SliceCache} needs to know about its items. */
export interface SliceCacheOptions<T> {
  readonly load: (index: number, signal: AbortSignal) => Promise<T>;
  readonly sizeOf: (item: T) => number;
  /** Bytes to keep at most; the newest item stays even if it alone is larger. */
  readonly maxBytes: number;
}

/**
 * Keeps the most recently used slices within a memory limit, and requests each slice only once at a time.
 */
export class SliceCache<T> {
  // A Map keeps insertion order: the first key is the least recently used.
  readonly #items = new Map<number, T>();
  readonly #flights = new Map<number, { promise: Promise<T>; controller: AbortController }>();
  #bytes = 0;
  readonly #options: SliceCacheOptions<T>;

  constructor(options: SliceCacheOptions<T>) {
    this.#options = options;
  }

  /** Bytes kept now. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The slice if it is cached; marks it as used. */
  peek(index: number): T | undefined {
    const item = this.#items.get(index);
    if (item !== undefined) {
      this.#items.delete(index);
      this.#items.set(index, item);
    }
    return item;
  }

  /** The slice from memory, from a pending request, or from a new request. */
  load(index: number): Promise<T> {
    const item = this.peek(index);
    if (item !== undefined) return Promise.resolve(item);
    const flight = this.#flights.get(index);
    if (flight) return flight.promise;
    const controller = new AbortController();
    const promise = this.#options.load(index, controller.signal).then(
      (loaded) => {
        // A response to a cancelled request must not enter the cache.
        if (!controller.signal.aborted) {
          this.#flights.delete(index);
          this.#keep(index, loaded);
        }
        return loaded;
      },
      (error: unknown) => {
        if (!controller.signal.aborted) this.#flights.delete(index);
        throw error;
      },
    );
    this.#flights.set(index, { promise, controller });
    return promise;
  }

  /** Cancels the requests for all other slices. */
  abortExcept(wanted: ReadonlySet<number>): void {
    for (const [index, { controller }] of this.#flights) {
      if (wanted.has(index)) continue;
      this.#flights.delete(index);
      controller.abort();
    }
  }

  /** Forgets everything and cancels all requests. */
  clear(): void {
    this.abortExcept(new Set());
    this.#items.clear();
    this.#bytes = 0;
  }

  #keep(index: number, item: T): void {
    this.#items.set(index, item);
    this.#bytes += this.#options.sizeOf(item);
    for (const [oldest, old] of this.#items) {
      if (this.#bytes <= this.#options.maxBytes || oldest === index) break;
      this.#items.delete(oldest);
      this.#bytes -= this.#options.sizeOf(old);
    }
  }
}

/**
 * The slices to prefetch: those on the side that the user scrolls to first, nearest first.
 *
 * @param direction 1 towards higher indices, -1 towards lower ones.
 */
export function neighbours(
  index: number,
  direction: 1 | -1,
  count: number,
  sliceCount: number,
): number[] {
  const ahead = Array.from({ length: count }, (_, i) => index + direction * (i + 1));
  const behind = [index - direction];
  return [...ahead.slice(0, 1), ...behind, ...ahead.slice(1)].filter(
    (at) => at >= 0 && at < sliceCount,
  );
}
