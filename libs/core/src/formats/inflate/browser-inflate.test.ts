import { deflateSync, gzipSync } from 'node:zlib';
import { expect, test, vi } from 'vitest';
import { browserInflate } from './browser-inflate.js';

const bytes = Uint8Array.from({ length: 5000 }, (_, at) => (at * at) % 251);

/** The data in pieces, as a file is read. */
async function* pieces(data: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < data.length; start += 700)
    yield await Promise.resolve(data.subarray(start, start + 700));
}

test.each([
  { container: 'gzip' as const, compress: gzipSync, format: 'gzip' },
  { container: 'zlib' as const, compress: deflateSync, format: 'deflate' },
])('$container data is inflated by the browser itself', async ({ container, compress, format }) => {
  const Stream = globalThis.DecompressionStream;
  const formats: string[] = [];
  vi.stubGlobal(
    'DecompressionStream',
    class extends Stream {
      constructor(asked: CompressionFormat) {
        super(asked);
        formats.push(asked);
      }
    },
  );
  try {
    const found: number[] = [];
    for await (const piece of browserInflate(() => pieces(compress(bytes)), container))
      found.push(...piece);
    expect(found).toEqual([...bytes]);
    expect(formats).toEqual([format]);
  } finally {
    vi.unstubAllGlobals();
  }
});
