import { CtError } from '../errors.js';

/**
 * Bytes read by ranges, so that a volume of many gigabytes is never one buffer.
 *
 * Implementations: {@link bytesSource} for bytes in memory, `fileSource` (Node entry) for an open file.
 */
export interface ByteSource {
  /** Length in bytes. */
  readonly size: number;
  /**
   * Reads exactly `length` bytes from `offset`.
   *
   * @throws {CtError} `CT_TRUNCATED` when the range reaches past the end, `CT_READ_FAILED` when reading fails.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source over bytes in memory; `read` returns views, not copies. */
export function bytesSource(bytes: Uint8Array): ByteSource {
  // Node's Buffer is a Uint8Array whose `slice` does not copy: decoders must get a plain Uint8Array.
  const plain = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    size: bytes.byteLength,
    read: (offset, length) =>
      new Promise((resolve) => {
        assertRange(offset, length, bytes.byteLength);
        resolve(plain.subarray(offset, offset + length));
      }),
  };
}

/** @throws {CtError} `CT_TRUNCATED` when `[offset, offset + length)` is not inside `[0, size)`. */
export function assertRange(offset: number, length: number, size: number): void {
  if (
    !Number.isSafeInteger(offset) ||
    !Number.isSafeInteger(length) ||
    offset < 0 ||
    length < 0 ||
    offset + length > size
  ) {
    throw new CtError(
      'CT_TRUNCATED',
      `Expected ${length} bytes from offset ${offset}, the file has ${size} bytes`,
    );
  }
}
