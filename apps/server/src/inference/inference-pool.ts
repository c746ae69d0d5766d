import { CtError } from '@groundglass/core';
import type { Logger } from 'pino';
import { ChildFault } from '../processes/calls.js';
import { ChildExited, type ChildPeer } from '../processes/child-peer.js';
import { childModule } from '../processes/child-module.js';
import { CannotStart } from '../processes/supervisor.js';
import type { CpuShare } from '../processes/cpu-share.js';
import type { InferenceCalls, LoadParams, LoadedModel, Warmup } from './inference-calls.js';
import { InferenceSlot } from './inference-slot.js';
import { runtimeCause } from './runtime-cause.js';

interface PoolOptions {
  readonly share: CpuShare;
  readonly cacheDir: string | undefined;
  readonly log: Logger;
  /** Whether runs release their memory; keeping it for the next one is a little quicker, but takes hundreds of megabytes. */
  readonly lowMemory: boolean;
  /** Called when a process can take work, or has lost it, so that the scheduler checks. */
  readonly onChange: () => void;
  readonly onCrash: () => void;
}

/** What to load, and into how many of the processes. */
export interface LoadRequest {
  readonly key: string;
  readonly path: string;
  readonly folder: string;
  readonly instances: number | undefined;
}

interface Kept extends LoadRequest {
  readonly sha256: string;
  readonly warmups: readonly Warmup[];
}

/** Loads of a model that may crash their child before the model counts as broken. */
const loadAttempts = 3;

/** The processes that run models. Every model is in all of them, or in as many as its `instance_group` says. */
export class InferencePool {
  readonly slots: readonly InferenceSlot[];
  readonly #kept = new Map<string, Kept>();
  readonly #options: PoolOptions;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.slots = Array.from(
      { length: options.share.processes },
      (_, index) =>
        new InferenceSlot({
          index,
          modulePath: childModule('inference/inference-child'),
          lowMemory: options.lowMemory,
          onOutput: (line) => {
            options.log.warn({ process: 'inference', line }, 'output of a child process');
          },
          restore: (peer, slot) => this.#restore(peer, slot),
          onIdle: options.onChange,
          onCrash: () => {
            options.onCrash();
            options.onChange();
          },
        }),
    );
  }

  /** Whether some process has the model or may have it soon. */
  mayRun(key: string): boolean {
    return this.slots.some((slot) => (slot.up ? slot.loaded.has(key) : !slot.failing));
  }

  /** @throws {CannotStart} when a process ends at every start. */
  whenReady(): Promise<unknown> {
    return Promise.all(this.slots.map((slot) => slot.whenReady()));
  }

  /**
   * Loads a model into its processes one by one, so that the others keep serving. On failure no process has it.
   *
   * @throws {CtError} `CT_MODEL_INVALID` when the model cannot be loaded, or crashes every process that tries.
   */
  async load(request: LoadRequest): Promise<LoadedModel> {
    let first: LoadedModel | undefined;
    try {
      for (const slot of this.#slotsOf(request)) {
        const loaded = await this.#loadInto(slot, request, first?.sha256);
        first ??= loaded;
      }
    } catch (error) {
      await this.unload(request.key);
      throw error;
    }
    if (!first)
      throw new CtError('CT_MODEL_INVALID', 'Expected at least one instance of the model');
    this.#kept.set(request.key, { ...request, sha256: first.sha256, warmups: [] });
    // A process that was replaced after its turn has only the models kept at that time.
    for (const slot of this.#slotsOf(request)) {
      if (!slot.loaded.has(request.key)) await this.#loadInto(slot, request, first.sha256);
    }
    this.#options.onChange();
    return first;
  }

  /**
   * Runs a loaded model on zeros in all its processes.
   *
   * @param hangMs a run longer than this ends its process; the one that replaces it has the model, not warmed.
   * @throws {CtError} `CT_MODEL_INVALID` when the model fails on it, hangs or ends its process.
   */
  async warmUp(key: string, warmups: readonly Warmup[], hangMs: number): Promise<void> {
    const kept = this.#kept.get(key);
    if (!kept || warmups.length === 0) return;
    for (const slot of this.#slotsOf(kept)) {
      const watchdog = setTimeout(() => {
        slot.replace();
      }, hangMs);
      try {
        await slot.exclusive((peer) => peer.call('warmUp', { key, warmups }));
      } catch (cause) {
        if (cause instanceof CtError) throw cause;
        const message = 'The warm-up run of the model hangs or crashes its process';
        throw new CtError('CT_MODEL_INVALID', message, { cause });
      } finally {
        clearTimeout(watchdog);
      }
    }
    this.#kept.set(key, { ...kept, warmups });
  }

  /**
   * Times a loaded model on zeros, in the first process that has it, with nothing else in that process.
   *
   * @throws what a run of the model throws.
   */
  time(key: string, warmup: Warmup, runs: number): Promise<readonly number[]> {
    return this.slots[0]!.exclusive((peer) => peer.call('time', { key, warmup, runs }));
  }

  async unload(key: string): Promise<void> {
    this.#kept.delete(key);
    await Promise.all(this.slots.map((slot) => slot.unload(key)));
  }

  /** Releases memory left by runs while idle. */
  async renew(): Promise<void> {
    for (const slot of this.slots) await slot.renew().catch(() => undefined);
  }

  async close(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.close()));
  }

  #slotsOf({ instances }: LoadRequest): readonly InferenceSlot[] {
    return this.slots.slice(0, instances);
  }

  async #loadInto(
    slot: InferenceSlot,
    request: LoadRequest,
    sha256: string | undefined,
  ): Promise<LoadedModel> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await slot.exclusive(async (peer) => {
          const loaded = await peer.call('load', this.#params(request, sha256, slot.index));
          slot.loaded.add(request.key);
          return loaded;
        });
      } catch (error) {
        if (error instanceof ChildExited && attempt < loadAttempts) continue;
        if (error instanceof CannotStart) {
          throw new CtError('CT_INFERENCE_FAILED', 'The processes that run models fail to start', {
            cause: error,
          });
        }
        if (error instanceof CtError) throw error;
        if (error instanceof ChildFault) {
          this.#options.log.error({ err: error }, 'loading failed');
          const why = `The model could not be loaded: ${runtimeCause(error)}`;
          throw new CtError('CT_MODEL_INVALID', why, { cause: error });
        }
        throw new CtError(
          'CT_MODEL_INVALID',
          `Loading the model crashed its process ${attempt} times`,
          { cause: error },
        );
      }
    }
  }

  async #restore(peer: ChildPeer<InferenceCalls>, slot: number): Promise<string[]> {
    const loaded: string[] = [];
    for (const kept of this.#kept.values()) {
      if (slot >= (kept.instances ?? Infinity)) continue;
      try {
        await peer.call('load', this.#params(kept, kept.sha256, slot));
        const { key, warmups } = kept;
        if (warmups.length > 0) await peer.call('warmUp', { key, warmups });
        loaded.push(key);
      } catch (error) {
        if (error instanceof ChildExited) throw error;
        this.#options.log.error({ err: error }, 'a restarted process cannot load a served model');
      }
    }
    return loaded;
  }

  /** Whether only this process runs anything. */
  othersIdle(slot: InferenceSlot): boolean {
    return this.slots.every((other) => other === slot || !other.busy);
  }

  #params(
    { key, path, folder }: LoadRequest,
    sha256: string | undefined,
    slot: number,
  ): LoadParams {
    const { cacheDir, share, lowMemory } = this.#options;
    // A lone request always goes to the first process: only there the weights are held twice.
    const alone = slot === 0 && share.threadsAlone !== share.threads;
    return {
      key,
      path,
      folder,
      sha256,
      cacheDir,
      threads: share.threads,
      threadsAlone: alone ? share.threadsAlone : undefined,
      spinning: share.spinning,
      arena: !lowMemory,
    };
  }
}
