import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytesSource, type ByteSource } from '../byte-source.js';
import { openVolume } from '../../index.js';
import { defaultLimits } from '../limits.js';

const fixtures = join(import.meta.dirname, 'fixtures');

interface Golden {
  columns: number;
  rows: number;
  sliceCount: number;
  affine: number[][];
  pixels: number[][];
}
const golden = JSON.parse(await readFile(join(fixtures, 'golden.json'), 'utf8')) as {
  files: Record<string, Golden>;
};

const read = async (name: string) => new Uint8Array(await readFile(join(fixtures, name)));
const companion = async (name: string) => bytesSource(await read(name));
const open = async (name: string) => openVolume(bytesSource(await read(name)), { name, companion });

/** A source that counts the bytes read from it. */
function counting(bytes: Uint8Array): ByteSource & { readBytes: number } {
  const inner = bytesSource(bytes);
  const source = {
    size: inner.size,
    readBytes: 0,
    read(offset: number, length: number) {
      source.readBytes += length;
      return inner.read(offset, length);
    },
  };
  return source;
}

/** A NIfTI-1 file of int16 voxels with value = index of the slice, in the usual view. */
function slab(columns: number, rows: number, slices: number): Uint8Array {
  const bytes = new Uint8Array(352 + columns * rows * slices * 2);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, true);
  [3, columns, rows, slices].forEach((size, i) => {
    view.setInt16(40 + 2 * i, size, true);
  });
  view.setInt16(70, 4, true);
  [1, 1, 1, 1].forEach((size, i) => {
    view.setFloat32(76 + 4 * i, size, true);
  });
  view.setFloat32(108, 352, true);
  view.setInt16(254, 1, true);
  // LPS in NIfTI's RAS: both axes of the slice run backwards.
  [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0].forEach((v, i) => {
    view.setFloat32(280 + 4 * i, v, true);
  });
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  for (let i = 0; i < columns * rows * slices; i++) {
    // Every other voxel is water: a slice with air and tissue shows at once that the values are Hounsfield units.
    view.setInt16(352 + 2 * i, i % 2 === 0 ? hu(Math.floor(i / (columns * rows))) : 0, true);
  }
  return bytes;
}

/** The value of every other voxel of a slice of `slab`. */
const hu = (k: number) => 8 * k - 1000;

describe('NIfTI files give the values, order and position that nibabel reads', () => {
  test.each(Object.entries(golden.files))('%s', async (name, expected) => {
    const volume = await open(name);
    const { columns, rows, sliceCount } = expected;
    expect(volume).toMatchObject({ format: 'nifti', columns, rows, sliceCount, unit: 'HU' });
    for (const [k, pixels] of expected.pixels.entries()) {
      expect([...(await volume.slice(k)).pixels], `slice ${k}`).toEqual(pixels.map(Math.fround));
    }
    if (name === 'no-orientation.nii') {
      expect(volume.geometry).toBeUndefined();
      expect(volume.warnings).toContainEqual({ code: 'NO_ORIENTATION' });
      return;
    }
    const { origin, spacing, rowDirection, columnDirection, sliceDirection } = volume.geometry!;
    const steps = [
      [rowDirection, spacing.column],
      [columnDirection, spacing.row],
      [sliceDirection, spacing.slice],
    ] as const;
    for (let axis = 0; axis < 3; axis++) {
      expect(origin[axis]).toBeCloseTo(expected.affine[axis]![3]!, 4);
      for (const [column, [direction, length]] of steps.entries()) {
        expect(direction[axis]! * length).toBeCloseTo(expected.affine[axis]![column]!, 4);
      }
    }
  });
});

describe('reading by ranges', () => {
  test('a slice of an uncompressed volume reads that slice and the header only', async () => {
    const source = counting(slab(64, 64, 100));
    const volume = await openVolume(source);
    const { pixels } = await volume.slice(50);
    expect(pixels[0]).toBe(hu(50));
    // The sniffed head, two bytes for gzip, the header, the slice, and the first one, which shows what the values mean.
    expect(source.readBytes).toBeLessThan(544 + 2 + 540 + 2 * 64 * 64 * 2 + 1);
  });

  test('the first slice of a gzipped volume does not read the whole file', async () => {
    const bytes = slab(128, 128, 200);
    // Noise cannot be compressed away: the file keeps its size. The upper bytes keep it near -1000 and 0 HU.
    for (let i = 352, seed = 1; i < bytes.length; i += 2) {
      bytes[i] = (seed = (seed * 16807) % 2147483647) & 0xff;
      bytes[i + 1] = i % 4 === 0 ? 0xfc : 0x00;
    }
    const zipped = new Uint8Array(gzipSync(bytes, { level: 1 }));
    const source = counting(zipped);
    await (await openVolume(source)).slice(0);
    expect(source.readBytes).toBeLessThan(zipped.length / 2);
  });

  test('going back in a gzipped volume and reading two slices at once give the right slices', async () => {
    const volume = await openVolume(bytesSource(new Uint8Array(gzipSync(slab(64, 64, 300)))));
    const order = [299, 0, 150, 149];
    const slices = await Promise.all(order.map((k) => volume.slice(k)));
    expect(slices.map(({ pixels }) => pixels[100])).toEqual(order.map(hu));
  });

  test('volumes that share too little memory for their inflated data still give the right slices', async () => {
    const zipped = new Uint8Array(gzipSync(slab(64, 64, 300)));
    const open = () =>
      openVolume(bytesSource(zipped), { limits: { ...defaultLimits, keptInflatedBytes: 70_000 } });
    const volumes = await Promise.all([open(), open(), open()]);
    for (const k of [299, 0, 150, 149, 298]) {
      const slices = await Promise.all(volumes.map((volume) => volume.slice(k)));
      expect(slices.map(({ pixels }) => pixels[100])).toEqual([hu(k), hu(k), hu(k)]);
    }
  });
});

describe('bytes without a scale cannot be Hounsfield units', () => {
  test('they become grey with the warning HU_LOST', async () => {
    const bytes = slab(2, 1, 1);
    const view = new DataView(bytes.buffer);
    view.setInt16(70, 2, true);
    bytes.set([51, 255], 352);
    const volume = await openVolume(bytesSource(bytes));
    expect(volume.unit).toBe('grey');
    expect(volume.warnings).toContainEqual({ code: 'HU_LOST' });
    expect([...(await volume.slice(0)).pixels]).toEqual([0.2, 1].map(Math.fround));
  });
});

describe('what other readers accept', () => {
  const hu0 = [hu(0), 0];

  test('a file of several volumes opens the first one, or the one asked for, and says so', async () => {
    const one = slab(4, 4, 2);
    const bytes = new Uint8Array(one.length + 3 * 64);
    bytes.set(one);
    const view = new DataView(bytes.buffer);
    view.setInt16(40, 4, true);
    view.setInt16(48, 4, true);
    // Each further volume is 10 HU higher.
    for (let i = 32; i < 128; i++)
      view.setInt16(352 + 2 * i, view.getInt16(352 + 2 * (i % 32), true) + 10 * (i >> 5), true);
    const first = await openVolume(bytesSource(bytes));
    expect(first.timePoint).toEqual({ index: 0, count: 4 });
    expect(first.warnings).toContainEqual({ code: 'OTHER_VOLUMES', detail: 'volume 1 of 4' });
    expect([...(await first.slice(0)).pixels.slice(0, 2)].sort((a, b) => a - b)).toEqual(hu0);
    const third = await openVolume(bytesSource(bytes), { timePoint: 2 });
    expect(Math.min(...(await third.slice(0)).pixels)).toBe(hu(0) + 20);
    await expect(openVolume(bytesSource(bytes), { timePoint: 4 })).rejects.toMatchObject({
      code: 'CT_SLICE_RANGE',
    });
  });

  test('a size of 0 in an unused axis is 1, with a warning', async () => {
    const bytes = slab(4, 4, 2);
    new DataView(bytes.buffer).setInt16(40, 4, true);
    const volume = await openVolume(bytesSource(bytes));
    expect(volume.sliceCount).toBe(2);
    expect(volume.timePoint).toBeNull();
    expect(volume.warnings).toEqual([
      { code: 'HEADER_REPAIRED', detail: 'size 0 of axis 4 read as 1' },
    ]);
  });

  test('an sform of zeros is ignored for the qform, as in ITK', async () => {
    const bytes = slab(4, 4, 2);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < 12; i++) view.setFloat32(280 + 4 * i, 0, true);
    view.setInt16(252, 1, true);
    // Half a turn about z: x and y change sign, from RAS to LPS.
    view.setFloat32(264, 1, true);
    const volume = await openVolume(bytesSource(bytes));
    expect(volume.geometry).toMatchObject({ rowDirection: [1, 0, 0], columnDirection: [0, 1, 0] });
    expect(volume.warnings.map(({ code }) => code)).toEqual(['HEADER_REPAIRED']);
  });

  test.each(['pair.img', 'PAIR.IMG'])('%s opens through the header next to it', async (name) => {
    const files: Record<string, string> = { 'pair.hdr': 'pair.hdr', 'PAIR.HDR': 'pair.hdr' };
    const volume = await openVolume(bytesSource(await read('pair.img')), {
      name,
      companion: async (other) =>
        files[other] === undefined ? undefined : bytesSource(await read(files[other])),
    });
    expect(volume).toMatchObject({ format: 'nifti', sliceCount: 3 });
    expect([...(await volume.slice(0)).pixels]).toEqual(golden.files['pair.hdr']!.pixels[0]);
  });

  test.each([
    ['none', '', false],
    ['zeros', '\0\0\0', false],
    ['words', 'junk that is no gzip', true],
  ])('%s after gzipped data', async (_, junk, warns) => {
    const zipped = Buffer.concat([gzipSync(slab(64, 64, 20)), Buffer.from(junk)]);
    const volume = await openVolume(bytesSource(zipped));
    const slices = await Promise.all([19, 0, 7].map((k) => volume.slice(k)));
    expect(slices.map(({ pixels }) => pixels[100])).toEqual([hu(19), hu(0), hu(7)]);
    expect(volume.warnings.some(({ code }) => code === 'TRAILING_BYTES')).toBe(warns);
  });

  test('two gzip members, one after the other, are one file without a warning', async () => {
    const bytes = slab(64, 64, 20);
    const zipped = Buffer.concat([
      gzipSync(bytes.subarray(0, 9000)),
      gzipSync(bytes.subarray(9000)),
    ]);
    const volume = await openVolume(bytesSource(zipped));
    expect((await volume.slice(19)).pixels[100]).toBe(hu(19));
    expect(volume.warnings).toEqual([]);
  });
});

describe('bad files', () => {
  const changed = (change: (view: DataView) => void) => {
    const bytes = slab(8, 8, 8);
    change(new DataView(bytes.buffer));
    return openVolume(bytesSource(bytes));
  };

  test('a header that promises more than the limit is refused before anything is allocated', async () => {
    await expect(
      changed((view) => {
        [3, 32767, 32767, 32767].forEach((size, i) => {
          view.setInt16(40 + 2 * i, size, true);
        });
      }),
    ).rejects.toMatchObject({ code: 'CT_TOO_LARGE' });
  });

  test('missing voxels are an error with both sizes', async () => {
    const opening = openVolume(bytesSource(slab(8, 8, 8).subarray(0, 900)));
    await expect(opening).rejects.toMatchObject({
      code: 'CT_TRUNCATED',
      message: 'Expected 1376 bytes for 8×8×8 voxels, the file has 900',
    });
  });

  test('a gzipped file that ends early is an error when its slice is read', async () => {
    const zipped = new Uint8Array(gzipSync(slab(64, 64, 64)));
    const volume = await openVolume(bytesSource(zipped.subarray(0, zipped.length - 200)));
    await expect(volume.slice(63)).rejects.toMatchObject({ code: 'CT_TRUNCATED' });
  });

  test('a zip bomb stops at the ratio of inflated to compressed bytes', async () => {
    const zipped = new Uint8Array(gzipSync(slab(512, 512, 20)));
    const reading = openVolume(bytesSource(zipped), {
      limits: { ...defaultLimits, inflationRatio: 10 },
    }).then((volume) => volume.slice(19));
    await expect(reading).rejects.toMatchObject({ code: 'CT_TOO_LARGE' });
  });

  test.each([
    ['complex numbers', 32, 'CT_UNSUPPORTED'],
    ['an unknown datatype', 77, 'CT_UNSUPPORTED'],
  ])('%s are named', async (_, datatype, code) => {
    await expect(
      changed((view) => {
        view.setInt16(70, datatype, true);
      }),
    ).rejects.toMatchObject({ code });
  });

  test('no dimensions, or a negative one, are impossible', async () => {
    for (const [at, value] of [
      [40, 0],
      [42, -5],
    ] as const) {
      const opening = changed((view) => {
        view.setInt16(at, value, true);
      });
      await expect(opening).rejects.toMatchObject({ code: 'CT_CORRUPT' });
    }
  });

  test('a header without its .img says what is missing', async () => {
    const opening = openVolume(bytesSource(await read('pair.hdr')), { name: 'pair.hdr' });
    await expect(opening).rejects.toMatchObject({ code: 'CT_MISSING_COMPANION' });
  });
});
