import { randomUUID } from 'node:crypto';
import { open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ByteRef } from './tensor.js';

/**
 * Above this, bytes go from process to process as a file: 1 MiB takes 2 ms over a pipe, and as much of the event loop at each
 * end, but well under 1 ms through the page cache.
 */
export const largestMessage = 256 * 1024;

/** The bytes of a reference. */
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
      if (bytesRead === 0) throw new Error('A spooled file is shorter than its reference');
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await file.close();
  }
}

/**
 * A reference for a message: the bytes themselves up to {@link largestMessage}, or a new file in `dir`, which its owner removes.
 * Where the disk is full the bytes go as they are, which is slower but an answer.
 */
export async function toRef(bytes: Uint8Array, dir: string): Promise<ByteRef> {
  if (bytes.length <= largestMessage) return bytes;
  const path = join(dir, randomUUID());
  try {
    await writeFile(path, bytes, { mode: 0o600, flag: 'wx' });
  } catch {
    await rm(path, { force: true });
    return bytes;
  }
  return { path, offset: 0, length: bytes.length };
}

/** Removes the file behind a reference, if it is one. */
export async function discardRef(ref: ByteRef): Promise<void> {
  if (!(ref instanceof Uint8Array)) await rm(ref.path, { force: true });
}
