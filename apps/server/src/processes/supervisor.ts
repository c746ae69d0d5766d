import { ChildPeer } from './child-peer.js';
import type { Calls } from './calls.js';

export interface SupervisorOptions<C extends Calls<C>> {
  readonly modulePath: string;
  readonly args?: readonly string[];
  readonly lowMemory?: boolean;
  /** Prepares a fresh child for work, such as by loading models into it. */
  readonly prepare?: (peer: ChildPeer<C>) => Promise<void>;
  /** A line that the child's native code wrote on standard error. */
  readonly onOutput?: (line: string) => void;
  /** The child can take work. */
  readonly onReady?: () => void;
  /** The child exited unexpectedly; a new one is starting. */
  readonly onCrash?: () => void;
}

/** The child exits each time before it can take work: a broken installation, or no memory. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}

/** Failed starts in a row after which calls stop waiting for the child; restarts continue. */
const hopeless = 6;

/** Milliseconds before the n-th restart in a row of a child that never became ready. */
const restartDelay = (failures: number): number =>
  failures === 0 ? 0 : Math.min(30_000, 50 * 2 ** failures);

/** Keeps one child process alive: starts it, prepares it, and replaces it when it dies. */
export class Supervisor<C extends Calls<C>> {
  #peer: ChildPeer<C>;
  #ready = false;
  #closed = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #waiters: (() => void)[] = [];
  readonly #options: SupervisorOptions<C>;

  constructor(options: SupervisorOptions<C>) {
    this.#options = options;
    this.#peer = this.#start();
  }

  /** The child, if it can take work now. */
  get current(): ChildPeer<C> | undefined {
    return this.#ready && this.#peer.alive ? this.#peer : undefined;
  }

  get pid(): number | undefined {
    return this.#peer.pid;
  }

  /** Whether start after start has failed. */
  get failing(): boolean {
    return this.#failures >= hopeless;
  }

  /**
   * Settles with a child that can take work, now or after its restart; rejects after `close`.
   *
   * @throws {CannotStart} when start after start fails.
   */
  async whenReady(): Promise<ChildPeer<C>> {
    for (;;) {
      const { current } = this;
      if (current) return current;
      if (this.#closed) throw new Error('The process pool is closed');
      if (this.failing) throw new CannotStart('A child process ends before it can take work');
      await new Promise<void>((resolve) => this.#waiters.push(resolve));
    }
  }

  /** Kills a hung child, so that a fresh one takes its place. */
  replace(): void {
    this.#peer.kill();
  }

  /**
   * Replaces an idle child whose memory has grown; the old one answers until the new one can.
   */
  async renew(): Promise<void> {
    const old = this.#peer;
    if (this.#closed || this.current !== old) return;
    const fresh = new ChildPeer<C>(this.#options);
    try {
      await fresh.ready;
      await this.#options.prepare?.(fresh);
    } catch {
      fresh.kill();
      return;
    }
    if (this.#isClosed || this.#peer !== old || !old.alive) {
      fresh.kill();
      return;
    }
    this.#peer = fresh;
    void this.#replaceAfter(fresh);
    old.kill();
  }

  /** Read again after a pause, where TypeScript assumes that nothing has changed. */
  get #isClosed(): boolean {
    return this.#closed;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#peer.kill();
    await this.#peer.exited;
    this.#wake();
  }

  #start(): ChildPeer<C> {
    const peer = new ChildPeer<C>(this.#options);
    void this.#follow(peer);
    return peer;
  }

  async #follow(peer: ChildPeer<C>): Promise<void> {
    try {
      await peer.ready;
      await this.#options.prepare?.(peer);
      if (peer.alive) {
        this.#ready = true;
        this.#failures = 0;
        this.#wake();
        this.#options.onReady?.();
      }
    } catch {
      // It died while starting, or cannot be prepared: the same as a crash.
      peer.kill();
    }
    await this.#replaceAfter(peer);
  }

  async #replaceAfter(peer: ChildPeer<C>): Promise<void> {
    await peer.exited;
    // Another one took its place while it still ran.
    if (peer !== this.#peer) return;
    const wasReady = this.#ready;
    this.#ready = false;
    if (this.#closed) return;
    if (!wasReady) this.#failures++;
    if (this.failing) this.#wake();
    this.#options.onCrash?.();
    this.#timer = setTimeout(() => {
      this.#peer = this.#start();
    }, restartDelay(this.#failures));
  }

  #wake(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const wake of waiters) wake();
  }
}
