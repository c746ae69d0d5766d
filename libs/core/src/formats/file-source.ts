import type { FileHandle } from 'node:fs/promises';
import { assertRange, type ByteSource } from './byte-source.js';
import { CtError } from '../errors.js';

/**
 * A source over an open file, read by position: files of any size, and several readers at once. The caller keeps the handle
 * and closes it when the volume is no longer used.
 *
 * @throws {CtError} `CT_READ_FAILED` when the file's size cannot be read.
 */
export async function fileSource(handle: FileHandle): Promise<ByteSource> {
  const { size } = await handle.stat().catch((error: unknown) => {
    throw new CtError('CT_READ_FAILED', 'Expected an open file, its size cannot be read', {
      cause: error,
    });
  });
  return {
    size,
    async read(offset, length) {
      assertRange(offset, length, size);
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await handle
          .read(bytes, done, length - done, offset + done)
          .catch((error: unknown) => {
            throw new CtError(
              'CT_READ_FAILED',
              `Reading ${length} bytes from offset ${offset} failed`,
              {
                cause: error,
              },
            );
          });
        if (bytesRead === 0) {
          throw new CtError(
            'CT_TRUNCATED',
            `Expected ${length} bytes from offset ${offset}, the file has become shorter`,
          );
        }
        done += bytesRead;
      }
      return bytes;
    },
  };
}
