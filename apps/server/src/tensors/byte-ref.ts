import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, rmSync, unlink, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteRef } from './tensor.js';

/**
 * Above this, a child sends its results as a file: 1 MiB takes 2 ms over a pipe, and as much of the event loop at each end, but well
 * under 1 ms through the page cache. A mask of 200 kB, which passes through two pipes, cost the server's own process 1.5 ms.
 */
const largestMessage = 32 * 1024;

/** The bytes of a reference, for the server's own process, whose event loop must not wait for a disk. */
export async function readRef(ref: ByteRef): Promise<Uint8Array> {
  if (ref instanceof Uint8Array) return ref;
  const file = await open(ref.path, 'r');
  try {
    const bytes = new Uint8Array(ref.length);
    let filled = 0;
    while (filled < ref.length) {
      const { bytesRead } = await file.read(
        bytes,
        filled,
        ref.length - filled,
        ref.offset + filled,
      );
      if (bytesRead === 0) throw shorter();
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * The bytes of a reference, for a child process: it has nothing else to do meanwhile, and work on Node's thread pool waits
 * behind the model's threads for a core: measured 1 to 5 ms for 1 MiB, which takes 0.2 ms synchronously.
 */
export function readRefNow(ref: ByteRef): Uint8Array {
  if (ref instanceof Uint8Array) return ref;
  const file = openSync(ref.path, 'r');
  try {
    const bytes = new Uint8Array(ref.length);
    for (let filled = 0; filled < ref.length;) {
      const read = readSync(file, bytes, filled, ref.length - filled, ref.offset + filled);
      if (read === 0) throw shorter();
      filled += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/**
 * A reference for a message of a child process: the bytes themselves up to {@link largestMessage}, or a new file in `dir`, which its owner removes.
 * If the disk is full the bytes are sent inline, which is slower but works.
 */
export function toRef(bytes: Uint8Array, dir: string): ByteRef {
  if (bytes.length <= largestMessage) return bytes;
  const path = join(dir, randomUUID());
  try {
    writeFileSync(path, bytes, { mode: 0o600, flag: 'wx' });
  } catch {
    rmSync(path, { force: true });
    return bytes;
  }
  return { path, offset: 0, length: bytes.length };
}

/** Removes a reference's file, if any, without waiting: no answer should wait for it. A failure is a warning of the process. */
export function discardRef(ref: ByteRef): void {
  if (ref instanceof Uint8Array) return;
  unlink(ref.path, (error) => {
    if (error && error.code !== 'ENOENT') {
      process.emitWarning(`A spooled file could not be removed: ${error.code}`);
    }
  });
}

const shorter = (): Error => new Error('A spooled file is shorter than its reference');
