import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodePng, type PngPicture } from '../index.js';

/** sharp (libvips, libpng) checks what was written. */
async function readBack(picture: PngPicture) {
  const decoded = sharp(encodePng(picture));
  const { width, height, depth, channels, space } = await decoded.metadata();
  // Without these sharp would return 8-bit RGB whatever the file holds.
  const raw = await decoded
    .toColourspace(space)
    .raw({ depth: depth === 'ushort' ? 'ushort' : 'uchar' })
    .toBuffer();
  return { width, height, depth, channels, space, raw };
}

const ramp = (length: number, step: number) => Array.from({ length }, (_, i) => i * step);

test('encodePng writes 8-bit grey that libpng reads back byte for byte', async () => {
  const data = Uint8Array.from(ramp(15, 17));
  const read = await readBack({ columns: 5, rows: 3, channels: 1, data });
  expect(read).toMatchObject({ width: 5, height: 3, depth: 'uchar', channels: 1, space: 'b-w' });
  expect([...read.raw]).toEqual([...data]);
});

test('encodePng writes 16-bit grey that libpng reads back value for value', async () => {
  const data = Uint16Array.from(ramp(12, 5957));
  const read = await readBack({ columns: 4, rows: 3, channels: 1, data });
  expect(read).toMatchObject({ depth: 'ushort', channels: 1, space: 'grey16' });
  expect([...new Uint16Array(read.raw.buffer, read.raw.byteOffset, 12)]).toEqual([...data]);
});

test.each([3, 4] as const)('encodePng writes %i channels of colour', async (channels) => {
  const data = Uint8ClampedArray.from(ramp(6 * channels, 10));
  const read = await readBack({ columns: 2, rows: 3, channels, data });
  expect(read).toMatchObject({ width: 2, height: 3, channels, space: 'srgb' });
  expect([...read.raw]).toEqual([...data]);
});

test('encodePng writes a size that is not square the right way round', async () => {
  const read = await readBack({ columns: 480, rows: 2, channels: 1, data: new Uint8Array(960) });
  expect([read.width, read.height]).toEqual([480, 2]);
});

test.each([
  [
    { columns: 2, rows: 2, channels: 1, data: new Uint8Array(3) },
    'Expected 4 samples for 2×2×1, got 3',
  ],
  [{ columns: 0, rows: 2, channels: 1, data: new Uint8Array(0) }, 'got 0×2'],
] as const)('encodePng refuses samples that do not fit the size', (picture, sentence) => {
  expect(() => encodePng(picture)).toThrow(sentence);
});
