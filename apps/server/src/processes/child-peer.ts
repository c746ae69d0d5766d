import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { getPriority, setPriority } from 'node:os';
import { CtError } from '@groundglass/core';
import { ChildFault, type CallMessage, type Calls, type ChildMessage } from './calls.js';

/** The child exited before it answered; the call may be retried on another child. */
export class ChildExited extends Error {
  override readonly name = 'ChildExited';
}

/** A `nice` increment: each step is about a tenth of the share of a contended core. */
const stepBehind = 3;

/**
 * Slices allocate megabytes. Under V8's small initial limit their buffers, mostly garbage by then, trigger a full
 * collection at every request: measured in a codec child, 27 ms of processor time a request instead of 17. With this one they die young.
 */
const quickFlags = ['--initial-old-space-size=256'];
/** At rest a codec child then has 31 MB of private memory instead of 50, an inference child without a model 31 instead of 35. */
const smallFlags = ['--optimize-for-size'];

interface ChildOptions {
  readonly modulePath: string;
  readonly args?: readonly string[] | undefined;
  /** Whether to save memory at the cost of more garbage collection. */
  readonly lowMemory?: boolean | undefined;
  /** Called with each line that the child writes on standard error; without it the lines go to the parent's. */
  readonly onOutput?: ((line: string) => void) | undefined;
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: Error) => void;
}

/** The parent's end of one child process. */
export class ChildPeer<C extends Calls<C>> {
  /** Settles when the child has loaded its code; rejects when it exits before. */
  readonly ready: Promise<void>;
  /** Settles when the process has ended, whatever the reason. */
  readonly exited: Promise<void>;
  readonly #process: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #nextId = 1;
  #alive = true;

  constructor({ modulePath, args = [], lowMemory = false, onOutput }: ChildOptions) {
    this.#process = fork(modulePath, args, {
      serialization: 'advanced',
      // Native code writes plain text on standard error; the log of the server is JSON.
      stdio: ['ignore', 'ignore', onOutput ? 'pipe' : 'inherit', 'ipc'],
      // No source maps: a child would hold those of all its modules in memory.
      execArgv: lowMemory ? smallFlags : quickFlags,
      // ONNX Runtime would send telemetry about what it loads and runs, and keep an identifier in the user's cache folder.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1' },
    });
    const { stderr } = this.#process;
    if (stderr && onOutput) createInterface({ input: stderr }).on('line', onOutput);
    this.#lowerPriority();
    this.exited = new Promise((resolve) => {
      const end = (): void => {
        if (!this.#alive) return;
        this.#alive = false;
        for (const { reject } of this.#pending.values()) {
          reject(new ChildExited('The child process ended before it answered'));
        }
        this.#pending.clear();
        resolve();
      };
      this.#process.once('exit', end);
      // Without `exit`: the process could not be started at all.
      this.#process.once('error', () => {
        if (this.#process.pid === undefined) end();
      });
    });
    this.ready = new Promise((resolve, reject) => {
      void this.exited.then(() => {
        reject(new ChildExited('The child process ended before it was ready'));
      });
      this.#process.on('message', (message: ChildMessage) => {
        if (message.type === 'ready') resolve();
        else this.#settle(message);
      });
    });
    // Avoids an unhandledRejection when nothing awaits `ready`.
    this.ready.catch(() => undefined);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Calls under way. */
  get load(): number {
    return this.#pending.size;
  }

  /**
   * @throws {ChildExited} when the child ends first.
   * @throws {CtError} what the child threw, where it is coded. @throws {ChildFault} otherwise.
   */
  call<K extends keyof C & string>(method: K, params: C[K]['params']): Promise<C[K]['result']> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) {
        reject(new ChildExited('The child process has ended'));
        return;
      }
      const id = this.#nextId++;
      this.#pending.set(id, { resolve, reject });
      const message: CallMessage = { type: 'call', id, method, params };
      // A failed send is followed by `exit`, which rejects what is pending.
      this.#process.send(message, () => undefined);
    });
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #settle(message: Exclude<ChildMessage, { type: 'ready' }>): void {
    const pending = this.#pending.get(message.id);
    if (!pending) return;
    this.#pending.delete(message.id);
    if (message.type === 'result') pending.resolve(message.value);
    else if (message.code) pending.reject(new CtError(message.code, message.message));
    else pending.reject(new ChildFault(message.message));
  }

  /**
   * The event loop of the parent must get a core at once while children compute: /healthz has 50 ms. A slightly lower priority
   * is enough for that; with a much lower one, any other program of the machine would take the model's cores.
   */
  #lowerPriority(): void {
    if (this.#process.pid === undefined) return;
    try {
      setPriority(this.#process.pid, Math.min(19, getPriority() + stepBehind));
    } catch {
      // Some sandboxes forbid it; the server then works with a little more jitter.
    }
  }
}
