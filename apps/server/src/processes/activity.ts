/** Whether requests are under way, and when the last one ended. */
export class Activity {
  #open = 0;
  #last = performance.now();
  /** Whether any request came since memory was last released. */
  #used: boolean;

  /** @param started whether the start itself has left memory to release. */
  constructor(started = false) {
    this.#used = started;
  }

  /** @returns a function that ends it. */
  begin(): () => void {
    this.#open++;
    this.#used = true;
    return () => {
      this.#open--;
      this.#last = performance.now();
    };
  }

  /** Calls `renew` once after each period of work, after `idleMs` without requests. @returns a function that stops this. */
  whenIdle(idleMs: number, renew: () => Promise<void>): () => void {
    let busy = false;
    const timer = setInterval(
      () => {
        if (busy || !this.#used || this.#open > 0 || performance.now() - this.#last < idleMs)
          return;
        busy = true;
        this.#used = false;
        void renew().finally(() => (busy = false));
      },
      Math.min(1000, idleMs),
    );
    timer.unref();
    return () => {
      clearInterval(timer);
    };
  }
}
