import { createHash, randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from '@groundglass/dataset/disk';

/**
 * Optimised models on disk. ONNX Runtime's optimiser takes seconds for a large network and chooses layouts by the
 * processor, so an entry is named by the model's content, the runtime's version and the processor.
 *
 * An entry is written to a temporary name, then renamed, and carries its own SHA-256: a full disk or a killed process leaves
 * no entry that looks complete.
 */
export class OptimisedCache {
  readonly #dir: string;
  readonly #runtimeVersion: string;

  constructor(dir: string, runtimeVersion: string) {
    this.#dir = dir;
    this.#runtimeVersion = runtimeVersion;
  }

  /** The optimised model, or undefined where there is none or it is damaged (then it is removed). */
  async read(sha256: string): Promise<Uint8Array | undefined> {
    const path = this.#path(sha256);
    const entry = await readFile(path).catch(() => undefined);
    if (!entry) return undefined;
    const model = entry.subarray(32);
    if (entry.length > 32 && entry.subarray(0, 32).equals(digest(model))) return model;
    await rm(path, { force: true });
    return undefined;
  }

  /**
   * Stores the model that the optimiser wrote to its scratch path. A failure (a full disk, a read-only folder)
   * only costs time at the next load, so the result says whether there is an entry now.
   */
  async write(sha256: string, optimised: string): Promise<boolean> {
    const staged = `${optimised}.staged`;
    try {
      const model = await readFile(optimised);
      await writeFile(staged, Buffer.concat([digest(model), model]), { mode: 0o600 });
      await rename(staged, this.#path(sha256));
      return true;
    } catch {
      return false;
    } finally {
      await this.discard(optimised);
    }
  }

  /** Removes what an optimiser left at its scratch path. */
  async discard(optimised: string): Promise<void> {
    await Promise.all([optimised, `${optimised}.staged`].map((path) => rm(path, { force: true })));
  }

  /** A path for the optimiser to write to, or undefined where the folder cannot be written. */
  async scratchPath(): Promise<string | undefined> {
    try {
      await makeFolder(this.#dir, 0o700);
      const path = join(this.#dir, `${randomUUID()}.part`);
      // The optimiser aborts the load where it cannot write, so find out before.
      await writeFile(path, '', { mode: 0o600 });
      return path;
    } catch {
      return undefined;
    }
  }

  #path(sha256: string): string {
    const cpu = `${arch()} ${cpus()[0]?.model ?? 'unknown'}`;
    const host = createHash('sha256').update(`${this.#runtimeVersion} ${cpu}`).digest('hex');
    return join(this.#dir, `${sha256}-${host.slice(0, 16)}.onnx`);
  }
}

function digest(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
