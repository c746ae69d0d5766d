import { CtError } from '@groundglass/core';
import { OverloadedError } from '../errors/overloaded-error.js';
import { ChildExited, type ChildPeer } from '../processes/child-peer.js';
import { childModule } from '../processes/child-module.js';
import { CannotStart, Supervisor } from '../processes/supervisor.js';
import type { CodecCalls } from './codec-calls.js';

interface CodecPoolOptions {
  readonly processes: number;
  /** Maximum number of waiting callers. */
  readonly queueSize: number;
  /** A call longer than this ends its process. */
  readonly hangMs: number;
  readonly lowMemory: boolean;
  readonly onCrash: () => void;
  /** A line that a child wrote on standard error. */
  readonly onOutput?: (line: string) => void;
}

/** Calls one method of a codec child. */
export type CodecCall = <K extends keyof CodecCalls>(
  method: K,
  params: CodecCalls[K]['params'],
) => Promise<CodecCalls[K]['result']>;

/** Volumes that one child may have open; each may hold its decoded pixels. */
const placesPerChild = 8;

/** Processes that a piece of work may crash before it counts as the cause. */
const attempts = 5;

interface Place {
  readonly supervisor: Supervisor<CodecCalls>;
  used: number;
}

/**
 * The decoding processes. They are separate because strangers' files can crash or hang decoders, which are native code or WASM,
 * and because decoding on the server's event loop would stall all other requests.
 */
export class CodecPool {
  readonly #places: readonly Place[];
  #waiting: (() => void)[] = [];
  readonly #options: CodecPoolOptions;

  constructor(options: CodecPoolOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.processes }, () => ({
      used: 0,
      supervisor: new Supervisor<CodecCalls>({
        modulePath: childModule('imaging-worker/codec-child'),
        lowMemory: options.lowMemory,
        prepare: (peer) => peer.call('warmUp', undefined),
        onCrash: options.onCrash,
        ...(options.onOutput ? { onOutput: options.onOutput } : {}),
      }),
    }));
  }

  get pids(): readonly number[] {
    return this.#places.flatMap(({ supervisor }) => supervisor.pid ?? []);
  }

  /** Whether a process could take work, now or soon. */
  get usable(): boolean {
    return this.#places.some(({ supervisor }) => !supervisor.failing);
  }

  /** @throws {CannotStart} when a process ends at every start. */
  whenReady(): Promise<unknown> {
    return Promise.all(this.#places.map(({ supervisor }) => supervisor.whenReady()));
  }

  /**
   * Runs `work` with the calls of one child. Restarts it if that child dies, so `work` must be repeatable.
   *
   * @throws {CtError} `CT_OVERLOADED` when too many wait, `CT_CANCELLED`, `CT_TIMEOUT` for a call that hangs, `CT_CORRUPT` when
   * child after child dies of it; and what `work` throws.
   */
  async use<T>(signal: AbortSignal | undefined, work: (call: CodecCall) => Promise<T>): Promise<T> {
    const place = await this.#acquire(signal);
    try {
      for (let attempt = 1; ; attempt++) {
        const peer = await this.#peerOf(place);
        try {
          return await work((method, params) => this.#call(place, peer, method, params));
        } catch (error) {
          if (!(error instanceof ChildExited)) throw error;
          if (attempt >= attempts) {
            throw new CtError(
              'CT_CORRUPT',
              'Expected a file that can be decoded, it crashes every decoder',
              {
                cause: error,
              },
            );
          }
        }
      }
    } finally {
      place.used--;
      this.#waiting.shift()?.();
    }
  }

  /** Releases memory left by volumes while idle. */
  async renew(): Promise<void> {
    for (const { supervisor, used } of this.#places) if (used === 0) await supervisor.renew();
  }

  async close(): Promise<void> {
    await Promise.all(this.#places.map(({ supervisor }) => supervisor.close()));
  }

  async #peerOf({ supervisor }: Place): Promise<ChildPeer<CodecCalls>> {
    try {
      return await supervisor.whenReady();
    } catch (error) {
      if (!(error instanceof CannotStart)) throw error;
      throw new OverloadedError('The processes that decode images fail to start', 30);
    }
  }

  async #acquire(signal: AbortSignal | undefined): Promise<Place> {
    for (;;) {
      if (signal?.aborted) throw new CtError('CT_CANCELLED', 'The client disconnected');
      const fit = this.#places.filter(({ supervisor }) => !supervisor.failing);
      const [place] = (fit.length > 0 ? fit : [...this.#places]).sort((a, b) => a.used - b.used);
      if (place && place.used < placesPerChild) {
        place.used++;
        return place;
      }
      if (this.#waiting.length >= this.#options.queueSize) {
        throw new OverloadedError(`The queue of ${this.#options.queueSize} requests is full`, 1);
      }
      await this.#turn(signal);
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = (): void => {
        this.#waiting = this.#waiting.filter((each) => each !== wake);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(wake);
    });
  }

  async #call<K extends keyof CodecCalls>(
    place: Place,
    peer: ChildPeer<CodecCalls>,
    method: K,
    params: CodecCalls[K]['params'],
  ): Promise<CodecCalls[K]['result']> {
    const state = { hung: false };
    const watchdog = setTimeout(() => {
      state.hung = true;
      // Only the child that hangs; its successor may already be working.
      if (peer.alive) place.supervisor.replace();
    }, this.#options.hangMs);
    try {
      return await peer.call(method, params);
    } catch (error) {
      if (!state.hung) throw error;
      throw new CtError('CT_TIMEOUT', 'Expected the file to decode in time, decoding was stopped', {
        cause: error,
      });
    } finally {
      clearTimeout(watchdog);
    }
  }
}
