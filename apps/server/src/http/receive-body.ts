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
  /** `performance.now()` by which the whole body must be there; a byte now and then would keep it open for ever. */
  readonly deadline: number;
  /** Bytes that stay in memory; what is longer goes to a file. 256 KiB unless given. */
  readonly memoryBytes?: number;
  /** Where bodies go that are too large for memory. */
  readonly spoolDir: string;
}

/** Uploads up to this stay in memory: a file of its own would wait three times for a thread. */
const largestInMemory = 256 * 1024;

/**
 * Reads an upload: into memory while it is small, else into a file of the spool folder, so that many large uploads cost the
 * server no memory and reach the child process that works on them without a pipe. Who calls removes it: `discardRef`.
 *
 * @throws {CtError} `CT_TOO_LARGE` beyond the limit, `CT_UPLOAD_STALLED` when nothing came for a while, `CT_CANCELLED` when
 * the sender went away, `CT_OVERLOADED` when the disk is full.
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

/** Chunks of an upload are written when there are so many: a write for each would be sixteen for a megabyte. */
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
      // No room on the disk, but all of it is still here.
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

/** Writes chunks where the file ends, without putting them together in memory first. */
async function writeAll(file: FileHandle, chunks: readonly Buffer[]): Promise<void> {
  const wanted = chunks.reduce((sum, { length }) => sum + length, 0);
  const { bytesWritten } = await file.writev(chunks);
  // Rare: the system took only a part.
  if (bytesWritten < wanted) await file.appendFile(Buffer.concat(chunks).subarray(bytesWritten));
}
