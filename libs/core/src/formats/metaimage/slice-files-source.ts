import { assertRange, type ByteSource } from '../byte-source.js';
import { CtError } from '../../errors.js';

/** Joins the files of single slices to one source; each is found and opened when one of its bytes is first read. */
export function sliceFilesSource(
  names: readonly string[],
  find: (name: string) => Promise<ByteSource>,
  sliceBytes: number,
  headerSize: number,
): ByteSource {
  const opened = new Map<number, Promise<ByteSource>>();
  const size = names.length * sliceBytes;
  return {
    size,
    async read(offset, length) {
      assertRange(offset, length, size);
      const result = new Uint8Array(length);
      for (let at = offset; at < offset + length;) {
        const index = Math.floor(at / sliceBytes);
        const within = at - index * sliceBytes;
        const wanted = Math.min(sliceBytes - within, offset + length - at);
        const name = names[index]!;
        const file = await (opened.get(index) ?? open(index, name));
        const start = headerSize === -1 ? file.size - sliceBytes : headerSize;
        if (start < 0 || start + sliceBytes > file.size) {
          throw new CtError(
            'CT_TRUNCATED',
            `Expected ${sliceBytes} bytes of voxels in "${name}", the file has ${file.size}`,
          );
        }
        result.set(await file.read(start + within, wanted), at - offset);
        at += wanted;
      }
      return result;
    },
  };

  function open(index: number, name: string): Promise<ByteSource> {
    const file = find(name);
    opened.set(index, file);
    file.catch(() => opened.delete(index));
    return file;
  }
}
