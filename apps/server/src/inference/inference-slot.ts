import type { ChildPeer } from '../processes/child-peer.js';
import { Supervisor } from '../processes/supervisor.js';
import type { InferenceCalls } from './inference-calls.js';

interface SlotOptions {
  readonly index: number;
  readonly modulePath: string;
  readonly lowMemory: boolean;
  /** Loads the served models into a fresh child; returns the keys that it could load. */
  readonly restore: (peer: ChildPeer<InferenceCalls>, slot: number) => Promise<string[]>;
  readonly onIdle: () => void;
  readonly onCrash: () => void;
  readonly onOutput: (line: string) => void;
}

/** One inference process and what it holds. It does one thing at a time: a batch, or loading a model. */
export class InferenceSlot {
  readonly index: number;
  readonly loaded = new Set<string>();
  readonly #supervisor: Supervisor<InferenceCalls>;
  readonly #onIdle: () => void;
  #busy = false;
  #waiting: (() => void)[] = [];

  constructor(options: SlotOptions) {
    this.index = options.index;
    this.#onIdle = options.onIdle;
    this.#supervisor = new Supervisor<InferenceCalls>({
      modulePath: options.modulePath,
      lowMemory: options.lowMemory,
      prepare: async (peer) => {
        const keys = await options.restore(peer, options.index);
        this.loaded.clear();
        for (const key of keys) this.loaded.add(key);
      },
      onOutput: options.onOutput,
      onReady: options.onIdle,
      onCrash: () => {
        this.loaded.clear();
        options.onCrash();
      },
    });
  }

  get pid(): number | undefined {
    return this.#supervisor.pid;
  }

  /** Whether the child is up, busy or not. */
  get up(): boolean {
    return this.#supervisor.current !== undefined;
  }

  /** Whether the child cannot be started. */
  get failing(): boolean {
    return this.#supervisor.failing;
  }

  get busy(): boolean {
    return this.#busy;
  }

  canRun(key: string): boolean {
    return !this.#busy && this.#waiting.length === 0 && this.up && this.loaded.has(key);
  }

  /** Runs `work` exclusively in the child. For a batch, check {@link canRun} first: it then starts at once. */
  async exclusive<T>(work: (peer: ChildPeer<InferenceCalls>) => Promise<T>): Promise<T> {
    while (this.#busy) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy = true;
    try {
      return await work(this.#supervisor.current ?? (await this.#supervisor.whenReady()));
    } finally {
      this.#busy = false;
      const next = this.#waiting.shift();
      if (next) next();
      else this.#onIdle();
    }
  }

  whenReady(): Promise<unknown> {
    return this.#supervisor.whenReady();
  }

  /** Unloads a model and frees its memory once the current run has ended. */
  async unload(key: string): Promise<void> {
    if (!this.loaded.delete(key)) return;
    // A child that dies has dropped it too.
    await this.exclusive((peer) => peer.call('unload', { key })).catch(() => undefined);
  }

  /** Kills a hung child; a fresh one takes its place. */
  replace(): void {
    this.#supervisor.replace();
  }

  /** Releases memory left by runs. */
  renew(): Promise<void> {
    return this.exclusive(() => this.#supervisor.renew());
  }

  close(): Promise<void> {
    return this.#supervisor.close();
  }
}
