/** Waits before starts after crashes: 1, 2, 4, … 30 seconds, and none after `mostStarts` crashes in a row. */
export class BackOff {
  #crashes = 0;
  readonly #mostStarts: number;

  constructor(mostStarts = 5) {
    this.#mostStarts = mostStarts;
  }

  /** Milliseconds to wait before the next start; undefined when it is time to give up. */
  next(): number | undefined {
    if (this.#crashes >= this.#mostStarts) return undefined;
    return Math.min(30_000, 1000 * 2 ** this.#crashes++);
  }

  /** Resets the count: the server has worked since, or the user starts it. */
  reset(): void {
    this.#crashes = 0;
  }
}
