/** Whether requests are under way, and when the last one ended. */
export class Activity {
  #open = 0;
  #last = performance.now();
  /** Whether anything has been asked since memory was last given back. */
  #used: boolean;

  /** @param started whether the start itself has left memory to give back. */
  constructor(started = false) {
    this.#used = started;
  }

  /** @returns what ends it. */
  begin(): () => void {
    this.#open++;
    this.#used = true;
    return () => {
      this.#open--;
      this.#last = performance.now();
    };
  }

  /** Calls `renew` once after each time of work, when nothing has been asked for `idleMs`. @returns what ends that. */
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
