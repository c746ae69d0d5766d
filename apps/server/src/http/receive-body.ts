import { randomUUID } from 'node:crypto';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { CtError } from '@groundglass/core';
import { OverloadedError } from '../errors/overloaded-error.js';
import { bodyError } from './inflate-body.js';
import type { ByteRef } from '../tensors/tensor.js';

export interface BodyLimits {
  /** Largest body in bytes. */
  readonly maxBytes: number;
  /** Silence after which the upload counts as stalled. */
  readonly idleMs: number;
  /** Deadline of the whole body, as `performance.now()`; a byte now and then would keep it open forever. */
  readonly deadline: number;
  /** Longer bodies, in bytes, go to a file instead of memory. 256 KiB by default. */
  readonly memoryBytes?: number;
  /** Folder for bodies too large for memory. */
  readonly spoolDir: string;
}

/** Uploads up to this stay in memory: writing a file would wait for a thread three times. */
const largestInMemory = 256 * 1024;

/**
 * Reads an upload into memory while it is small, else into a file of the spool folder. Many large uploads then cost the
 * server no memory and reach the child process without a pipe. The caller removes it with `discardRef`.
 *
 * @throws {CtError} `CT_TOO_LARGE` beyond the limit, `CT_UPLOAD_STALLED` when no data arrives for a while, `CT_CANCELLED` when
 * the client leaves, `CT_OVERLOADED` when the disk is full.
 */
export async function receiveBody(stream: Readable, limits: BodyLimits): Promise<ByteRef> {
  const writer = new SpoolWriter(limits.spoolDir, limits.memoryBytes ?? largestInMemory);
  try {
    let length = 0;
    for await (const chunk of withTimeLimits(stream, limits)) {
      length += chunk.length;
      if (length > limits.maxBytes) throw bodyTooLarge(limits.maxBytes);
      await writer.write(chunk);
    }
    return await writer.finish();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

export function bodyTooLarge(maxBytes: number): CtError {
  return new CtError('CT_TOO_LARGE', `Expected a body of at most ${maxBytes} bytes, got more`);
}

export function uploadStalled(idleMs: number): CtError {
  const seconds = Math.round(idleMs / 1000);
  return new CtError('CT_UPLOAD_STALLED', `Expected more of the body within ${seconds} s`);
}

export function uploadTooSlow(): CtError {
  return new CtError('CT_UPLOAD_STALLED', 'Expected the whole body within --upload-seconds');
}

async function* withTimeLimits(
  stream: Readable,
  { idleMs, deadline }: BodyLimits,
): AsyncGenerator<Buffer> {
  const iterator = stream.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const stalled = new Promise<never>((_, reject) => {
      const leftMs = Math.max(0, deadline - performance.now());
      timer = setTimeout(
        () => {
          reject(leftMs < idleMs ? uploadTooSlow() : uploadStalled(idleMs));
        },
        Math.min(idleMs, leftMs),
      );
    });
    const read = iterator.next().catch((cause: unknown) => {
      throw bodyError(cause);
    });
    // After a stall the pending read ends with the connection.
    read.catch(() => undefined);
    try {
      const next = await Promise.race([read, stalled]);
      if (next.done) return;
      yield next.value;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Bytes of an upload collected per write: a write for each chunk would be sixteen for a megabyte. */
const bytesAtOnce = 1024 * 1024;

class SpoolWriter {
  #chunks: Buffer[] = [];
  #waiting = 0;
  #length = 0;
  #path: string | undefined;
  #file: FileHandle | undefined;
  readonly #dir: string;
  readonly #memoryBytes: number;

  constructor(dir: string, memoryBytes: number) {
    this.#dir = dir;
    this.#memoryBytes = memoryBytes;
  }

  async write(chunk: Buffer): Promise<void> {
    this.#length += chunk.length;
    this.#waiting += chunk.length;
    this.#chunks.push(chunk);
    if (this.#waiting >= bytesAtOnce) await this.#flush();
  }

  async finish(): Promise<ByteRef> {
    if (this.#length <= this.#memoryBytes) return Buffer.concat(this.#chunks);
    const inMemory = this.#waiting === this.#length;
    try {
      const path = await this.#flush();
      await this.#file?.close();
      return { path, offset: 0, length: this.#length };
    } catch (error) {
      if (!inMemory || !(error instanceof OverloadedError)) throw error;
      // The disk is full, but the whole body is still in memory.
      const bytes = Buffer.concat(this.#chunks);
      await this.discard();
      return bytes;
    }
  }

  async discard(): Promise<void> {
    this.#chunks = [];
    await this.#file?.close().catch(() => undefined);
    if (this.#path !== undefined) await rm(this.#path, { force: true });
  }

  async #flush(): Promise<string> {
    try {
      this.#path ??= join(this.#dir, randomUUID());
      this.#file ??= await open(this.#path, 'wx', 0o600);
      await writeAll(this.#file, this.#chunks);
      this.#chunks = [];
      this.#waiting = 0;
      return this.#path;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOSPC') {
        throw new OverloadedError('The server has no room for the upload now', 30);
      }
      throw cause;
    }
  }
}

/** Appends chunks to the file without joining them in memory first. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  const wanted = chunks.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(chunks);
  // Rare: a partial write.
  if (bytesWritten < wanted) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}
