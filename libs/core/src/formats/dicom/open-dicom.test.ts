import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesSource, type ByteSource } from '../byte-source.js';
import { openDicomSeries, openVolume } from '../../index.js';
import { defaultLimits } from '../limits.js';
import { sniffFormat } from '../sniff.js';

const fixtures = join(import.meta.dirname, 'fixtures');

interface Golden {
  unit: 'HU' | 'grey';
  pixels: number[][];
  /** How far a lossy codec or a rounded weight may be off. */
  tolerance?: number;
}
const golden = JSON.parse(await readFile(join(fixtures, 'golden.json'), 'utf8')) as {
  files: Record<string, Golden>;
};

const read = async (name: string) => new Uint8Array(await readFile(join(fixtures, name)));
const open = async (name: string) => openVolume(bytesSource(await read(name)));

describe('DICOM files give the values that pydicom, dcmtk and GDCM read', () => {
  test.each(Object.entries(golden.files))('%s', async (name, { unit, pixels, tolerance = 0 }) => {
    const volume = await open(name);
    expect(volume).toMatchObject({
      format: 'dicom',
      columns: 16,
      rows: 12,
      unit,
      sliceCount: pixels.length,
    });
    for (const [k, expected] of pixels.entries()) {
      const { pixels: actual } = await volume.slice(k);
      let worst = 0;
      for (let i = 0; i < expected.length; i++)
        worst = Math.max(worst, Math.abs(actual[i]! - Math.fround(expected[i]!)));
      expect(worst, `slice ${k}`).toBeLessThanOrEqual(tolerance);
    }
  });
});

describe('the header', () => {
  test('gives spacing, position, windows with their names, and no warnings for a plain CT slice', async () => {
    const volume = await open('explicit.dcm');
    expect(volume.geometry).toEqual({
      spacing: { column: 0.7, row: 0.8, slice: 2.5 },
      rowDirection: [1, 0, 0],
      columnDirection: [0, 1, 0],
      sliceDirection: [0, 0, 1],
      origin: [-5, -6, 10],
    });
    expect(volume.windows).toEqual([
      { center: 40, width: 400, name: 'Soft' },
      { center: -600, width: 1500, name: 'Lung' },
    ]);
    expect(volume.warnings).toEqual([]);
  });

  test('marks what identifies the patient, and reads names in the file’s character set', async () => {
    const { metadata } = await open('utf-8.dcm');
    expect(metadata).toContainEqual({
      key: '(0010,0010)',
      name: "Patient's Name",
      value: 'Müller^Zoë',
      identifying: true,
    });
    expect(metadata).toContainEqual({
      key: '(0028,0010)',
      name: 'Rows',
      value: '12',
      identifying: false,
    });
  });

  test('of a file without preamble is recognised by its first element', async () => {
    for (const name of ['no-preamble', 'no-meta-explicit', 'no-meta-implicit']) {
      expect(sniffFormat(await read(name)), name).toBe('dicom');
    }
  });

  test.each([
    ['jpeg-extended.dcm', ['LOSSY_COMPRESSION']],
    ['rgb.dcm', ['HU_LOST', 'NOT_CT', 'COLOUR_TO_GREY']],
    ['mr.dcm', ['HU_LOST', 'NOT_CT']],
  ])('of %s warns of %s', async (name, warnings) => {
    expect((await open(name)).warnings.map(({ code }) => code)).toEqual(warnings);
  });

  test('of a prone scan is turned with the picture', async () => {
    const { geometry } = await open('prone.dcm');
    // The stored origin (5, 6) is the corner at the patient's left and back; the usual view starts at the opposite corner.
    expect(geometry?.origin[0]).toBeCloseTo(5 - 15 * 0.7, 9);
    expect(geometry?.origin[1]).toBeCloseTo(6 - 11 * 0.8, 9);
    expect(geometry?.rowDirection).toEqual([1, 0, 0]);
  });

  test('of Enhanced CT sorts its frames by the position of each', async () => {
    const volume = await open('enhanced.dcm');
    expect(volume.geometry?.origin).toEqual([-5, -6, 10]);
    expect(volume.geometry?.spacing.slice).toBeCloseTo(5, 9);
  });
});

/** The fixture at another position or of another series. */
async function moved(z: number, { series = '2.25.2' } = {}): Promise<Uint8Array> {
  const bytes = await read('explicit.dcm');
  const text = Buffer.from(bytes).toString('latin1');
  const replace = (from: string, to: string) => {
    const at = text.indexOf(from);
    if (at < 0 || to.length > from.length)
      throw new Error(`cannot put "${to}" in place of "${from}"`);
    bytes.set(Buffer.from(to.padEnd(from.length, ' '), 'latin1'), at);
  };
  replace('-5.0\\-6.0\\10.0', `-5.0\\-6.0\\${z}`);
  replace('2.25.2', series);
  return bytes;
}

describe('a folder of files', () => {
  const named = async (files: [string, Promise<Uint8Array>][]) =>
    Promise.all(files.map(async ([name, bytes]) => ({ name, source: bytesSource(await bytes) })));

  test('becomes one volume for each series, sorted from the feet to the head', async () => {
    const { volumes, problems } = await openDicomSeries(
      await named([
        ['c', moved(30)],
        ['a', moved(10)],
        ['b', moved(20)],
        ['other', moved(99, { series: '2.25.3' })],
      ]),
    );
    expect(problems).toEqual([]);
    expect(volumes.map(({ seriesUid, files }) => [seriesUid, files])).toEqual([
      ['2.25.2', ['a', 'b', 'c']],
      ['2.25.3', ['other']],
    ]);
    expect(volumes[0]?.volume.geometry?.spacing.slice).toBe(10);
    expect(volumes[0]?.volume.warnings).toEqual([]);
  });

  test('with a missing slice warns and keeps the distances between the others', async () => {
    const { volumes } = await openDicomSeries(
      await named([
        ['1', moved(10)],
        ['2', moved(12)],
        ['3', moved(14)],
        ['5', moved(18)],
      ]),
    );
    expect(volumes[0]?.volume.warnings).toEqual([
      { code: 'UNEVEN_SPACING', detail: 'gaps from 2 to 4 mm, median 2 mm' },
    ]);
    expect(volumes[0]?.volume.geometry?.spacing.slice).toBe(2);
  });

  test('names files that are no images and continues with the others', async () => {
    const { volumes, problems } = await openDicomSeries(
      await named([
        ['good', moved(10)],
        ['report', read('no-pixels.dcm')],
        ['notes.txt', Promise.resolve(Buffer.from('not a DICOM file, only words about one'))],
      ]),
    );
    expect(volumes).toHaveLength(1);
    expect(problems.map(({ name, error }) => [name, error.code])).toEqual([
      ['report', 'CT_NO_PIXELS'],
      ['notes.txt', 'CT_UNKNOWN_FORMAT'],
    ]);
  });

  test('is opened by reading headers only', async () => {
    const bytes = await read('explicit.dcm');
    const large = new Uint8Array(bytes.length + 4 * 1024 * 1024);
    large.set(bytes);
    const inner = bytesSource(large);
    let readBytes = 0;
    const source: ByteSource = {
      size: inner.size,
      read: (offset, length) => {
        readBytes += length;
        return inner.read(offset, length);
      },
    };
    await openDicomSeries([{ name: 'large', source }]);
    expect(readBytes).toBeLessThan(32 * 1024);
  });
});

describe('bad files', () => {
  const changed = async (name: string, change: (bytes: Uint8Array, view: DataView) => void) => {
    const bytes = await read(name);
    change(bytes, new DataView(bytes.buffer));
    return openVolume(bytesSource(bytes)).then((volume) => volume.slice(0));
  };
  /** Offset of the value of an explicit element with a short length. */
  const valueOf = (bytes: Uint8Array, group: number, element: number) => {
    const tag = Buffer.from([group & 255, group >> 8, element & 255, element >> 8]);
    return Buffer.from(bytes).indexOf(tag) + 8;
  };

  test('more pixels than the limit are refused', async () => {
    const opening = openVolume(bytesSource(await read('frames.dcm')), {
      limits: { ...defaultLimits, volumePixels: 500 },
    });
    await expect(opening).rejects.toMatchObject({
      code: 'CT_TOO_LARGE',
      message: 'Expected at most 500 pixels, the header says 16×12×3',
    });
  });

  test('rows that the pixels do not fill are an error', async () => {
    const opening = changed('explicit.dcm', (bytes, view) => {
      view.setUint16(valueOf(bytes, 0x0028, 0x0010), 60_000, true);
    });
    await expect(opening).rejects.toMatchObject({ code: 'CT_TRUNCATED' });
  });

  test('a code stream of another size is refused before it is decoded', async () => {
    const opening = changed('jpeg-2000.dcm', (bytes, view) => {
      const soc = Buffer.from(bytes).indexOf(Buffer.from([0xff, 0x4f, 0xff, 0x51]));
      view.setUint32(soc + 8, 60_000);
    });
    await expect(opening).rejects.toMatchObject({
      code: 'CT_CORRUPT',
      message: 'Expected a code stream of 16×12×1, it says 60000×12×1',
    });
  });

  test.each([
    'jpeg-ls.dcm',
    'jpeg-2000.dcm',
    'htj2k.dcm',
    'jpeg-lossless.dcm',
    'rle.dcm',
    'jpeg-extended.dcm',
  ])('a damaged code stream in %s is an error, and the next good one decodes', async (name) => {
    const damaged = changed(name, (bytes) => {
      const from = Buffer.from(bytes).indexOf(Buffer.from([0xfe, 0xff, 0x00, 0xe0]), 600);
      bytes.fill(0xee, from + 24 + 60);
    });
    // Some streams have no redundancy at all: expect either a slice or a coded error.
    const outcome = await damaged.catch((error: unknown) => error);
    expect(outcome).toSatisfy(
      (value: { name?: string; pixels?: unknown }) =>
        value.name === 'CtError' || value.pixels !== undefined,
    );
    await expect(open(name).then((volume) => volume.slice(0))).resolves.toBeDefined();
  });

  test('a transfer syntax for video is named', async () => {
    const opening = changed('explicit.dcm', (bytes) => {
      const at = Buffer.from(bytes).indexOf('1.2.840.10008.1.2.1\0');
      bytes.set(Buffer.from('1.2.840.10008.1.2.9\0'), at);
    });
    await expect(opening).rejects.toMatchObject({
      code: 'CT_UNSUPPORTED',
      message: 'Expected a transfer syntax for images, got 1.2.840.10008.1.2.9',
    });
  });

  test('a binary segmentation is not an image to look for lesions in', async () => {
    const file = Buffer.from(await read('explicit.dcm'));
    const uid = '1.2.840.10008.5.1.4.1.1.66.4';
    // SOP Class UID, two bytes of type and two of length before its value, which is CT's.
    const at = valueOf(file, 0x0008, 0x0016);
    const length = file.readUInt16LE(at - 2);
    file.writeUInt16LE(uid.length, at - 2);
    file.writeUInt16LE(1, valueOf(file, 0x0028, 0x0100));
    const segmentation = Buffer.concat([
      file.subarray(0, at),
      Buffer.from(uid),
      file.subarray(at + length),
    ]);
    await expect(openVolume(bytesSource(segmentation))).rejects.toMatchObject({
      code: 'CT_UNSUPPORTED',
      message: 'Expected an image, the DICOM file is a binary segmentation',
    });
  });

  test('a file that ends in its header is an error', async () => {
    const bytes = await read('explicit.dcm');
    const opening = openVolume(bytesSource(bytes.subarray(0, 400)));
    await expect(opening).rejects.toMatchObject({ name: 'CtError' });
  });
});
