import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { decodePng } from './decode-png.js';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** A chunk with its length and checksum. */
function chunk(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

const columns = 23;
const rows = 15;

interface Parts {
  readonly colourType?: number;
  readonly depth?: number;
  readonly interlace?: number;
  readonly filters?: readonly number[];
  readonly rowBytes?: number;
  readonly before?: readonly Buffer[];
  readonly missingBytes?: number;
  /** Into how many chunks the compressed rows are cut. */
  readonly pieces?: number;
}

/** A PNG of noise: whatever bytes follow a filter's number, they are the filtered row of some picture. */
function noise({
  colourType = 2,
  depth = 8,
  interlace = 0,
  filters = [0, 1, 2, 3, 4],
  rowBytes = columns * 3,
  before = [],
  missingBytes = 0,
  pieces = 1,
}: Parts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header.set([depth, colourType, 0, 0, interlace], 8);
  const filtered = Buffer.from(
    Array.from({ length: rows * (rowBytes + 1) }, (_, i) =>
      i % (rowBytes + 1) === 0
        ? filters[(i / (rowBytes + 1)) % filters.length]!
        : Math.imul(i + 1, 2654435761) >>> 24,
    ),
  );
  const packed = deflateSync(filtered.subarray(0, filtered.length - missingBytes));
  const step = Math.ceil(packed.length / pieces);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...before,
    ...Array.from({ length: pieces }, (_, i) =>
      chunk('IDAT', packed.subarray(i * step, (i + 1) * step)),
    ),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const kinds = [
  { name: 'grey', colourType: 0, channels: 1 },
  { name: 'RGB', colourType: 2, channels: 3 },
  { name: 'grey and alpha', colourType: 4, channels: 2 },
  { name: 'RGBA', colourType: 6, channels: 4 },
];

describe.each(kinds)('$name', ({ colourType, channels }) => {
  // A filter's first row has nothing above it, so each one has its turn there.
  test.each([
    [[0, 1, 2, 3, 4]],
    [[1, 4, 3, 2, 0]],
    [[2, 0, 4, 1, 3]],
    [[3, 2, 1, 0, 4]],
    [[4, 3, 0, 1, 2]],
  ])('rows with the filters %j are what libvips reads', async (filters) => {
    const png = noise({ colourType, filters, rowBytes: columns * channels, pieces: 3 });
    const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    const decoded = await decodePng(png);
    expect(decoded).toMatchObject({ columns, rows, channels });
    // libvips hands out grey as three equal channels, and keeps alpha the last.
    const expected = Array.from({ length: columns * rows * channels }, (_, i) => {
      const channel = i % channels;
      const isAlpha = channels % 2 === 0 && channel === channels - 1;
      const pixel = Math.floor(i / channels);
      return data[pixel * info.channels + (isAlpha ? info.channels - 1 : channel)]!;
    });
    expect([...(decoded?.data ?? [])]).toEqual(expected);
  });
});

describe('is left to libvips', () => {
  const whole = noise({});
  const damaged = Buffer.from(whole);
  damaged[60]! ^= 1;
  test.each([
    ['a palette', noise({ colourType: 3, rowBytes: columns })],
    ['16 bits a sample', noise({ depth: 16, rowBytes: columns * 6 })],
    ['an interlaced picture', noise({ interlace: 1 })],
    ['a transparent colour', noise({ before: [chunk('tRNS', Buffer.alloc(6))] })],
    ['a filter that does not exist', noise({ filters: [0, 5] })],
    ['a row that is missing', noise({ missingBytes: columns * 3 + 1 })],
    ['more rows than the header says', noise({ rowBytes: columns * 4 })],
    ['a wrong checksum', damaged],
    ['a file that ends early', whole.subarray(0, whole.length - 12)],
  ])('%s', async (_name, png) => {
    expect(await decodePng(png)).toBeUndefined();
  });

  test('everything, where there is no WebAssembly', async () => {
    vi.stubGlobal('WebAssembly', undefined);
    vi.resetModules();
    const { decodePng: plain } = await import('./decode-png.js');
    expect(await plain(noise({}))).toBeUndefined();
  });
});
