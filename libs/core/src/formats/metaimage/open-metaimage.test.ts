import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../byte-source.js';
import { openVolume } from '../../index.js';
import type { CtVolume } from '../../contracts/volume.js';

const fixtures = join(import.meta.dirname, 'fixtures');

interface Golden {
  size: number[];
  spacing: number[];
  origin: number[];
  direction: number[];
  pixels: number[];
}
const golden = JSON.parse(await readFile(join(fixtures, 'golden.json'), 'utf8')) as {
  files: Record<string, Golden>;
};

const read = async (name: string) => new Uint8Array(await readFile(join(fixtures, name)));
const companion = async (name: string) => bytesSource(await read(name));
const open = async (name: string) => openVolume(bytesSource(await read(name)), { name, companion });

/** The value of ITK's voxel at a point (mm, LPS), or undefined if there is none. */
function itkValueAt(
  { size, spacing, origin, direction, pixels }: Golden,
  point: number[],
): number[] | undefined {
  // The matrices of the fixtures are orthonormal: the transpose is the inverse.
  const index = [0, 1, 2].map((axis) => {
    const along = [0, 1, 2].reduce(
      (sum, i) => sum + direction[i * 3 + axis]! * (point[i]! - origin[i]!),
      0,
    );
    return Math.round(along / spacing[axis]!);
  });
  const [i, j, k] = index as [number, number, number];
  if (index.some((v, axis) => v < 0 || v >= size[axis]!)) return undefined;
  const channels = pixels.length / (size[0]! * size[1]! * size[2]!);
  const at = (i + size[0]! * (j + size[1]! * k)) * channels;
  return pixels.slice(at, at + channels);
}

async function pixelAt(volume: CtVolume, column: number, row: number, index: number) {
  const { origin, spacing, rowDirection, columnDirection, sliceDirection } = volume.geometry!;
  const point = [0, 1, 2].map(
    (axis) =>
      origin[axis]! +
      column * spacing.column * rowDirection[axis]! +
      row * spacing.row * columnDirection[axis]! +
      index * spacing.slice * sliceDirection[axis]!,
  );
  const { pixels } = await volume.slice(index);
  return { point, value: pixels[row * volume.columns + column]! };
}

describe('MetaImage files give the value that ITK reads at the same place in the patient', () => {
  test.each(Object.entries(golden.files))('%s', async (name, expected) => {
    const volume = await open(name);
    expect(volume.format).toBe('metaimage');
    expect(volume.columns * volume.rows * volume.sliceCount).toBe(60);
    const { rowDirection, columnDirection, sliceDirection } = volume.geometry!;
    // The usual view: columns to the patient's left, rows to the back, slices to the head.
    expect(rowDirection[0]).toBeGreaterThan(0.5);
    expect(columnDirection[1]).toBeGreaterThan(0.5);
    expect(sliceDirection[2]).toBeGreaterThan(0.5);
    for (let index = 0; index < volume.sliceCount; index++) {
      for (let row = 0; row < volume.rows; row++) {
        for (let column = 0; column < volume.columns; column++) {
          const { point, value } = await pixelAt(volume, column, row, index);
          const itk = itkValueAt(expected, point);
          expect(itk, `(${column}, ${row}, ${index})`).toBeDefined();
          const [red, green, blue] = itk!;
          const stored = green === undefined ? red! : 0.299 * red! + 0.587 * green + 0.114 * blue!;
          expect(value).toBeCloseTo(volume.greyRange ? grey(stored, volume.greyRange) : stored, 4);
        }
      }
    }
  });
});

/** Values that cannot be Hounsfield units become grey. */
function grey(stored: number, { black, white }: { black: number; white: number }): number {
  return (stored - black) / (white - black);
}

const base = {
  ObjectType: 'Image',
  NDims: '3',
  DimSize: '2 2 2',
  ElementType: 'MET_SHORT',
  ElementSpacing: '1 1 1',
};
function file(
  fields: Record<string, string | undefined>,
  data: Uint8Array = new Uint8Array(16),
): Uint8Array {
  const all: Record<string, string | undefined> = {
    ...base,
    ...fields,
    ElementDataFile: fields.ElementDataFile ?? 'LOCAL',
  };
  const text = Object.entries(all)
    .map(([key, value]) => (value === undefined ? '' : `${key} = ${value}\n`))
    .join('');
  return Buffer.concat([Buffer.from(text), data]);
}

describe('what other readers accept', () => {
  const parts = async (header: Uint8Array, data: Record<string, Uint8Array>, name = 'x.mhd') =>
    openVolume(bytesSource(header), {
      name,
      companion: (other) =>
        Promise.resolve(data[other] === undefined ? undefined : bytesSource(data[other])),
    });
  const voxels = new Uint8Array(Int16Array.of(-1000, 40, -900, 0, -1000, 60, -850, 20).buffer);

  test.each([
    ['./x.raw', 'x.raw'],
    ['x.raw', 'x.RAW'],
    ['X.RAW', 'x.raw'],
    ['.\\x.raw', 'x.raw'],
  ])('ElementDataFile %s finds %s', async (written, name) => {
    const header = file({ ElementDataFile: written }, new Uint8Array());
    const volume = await parts(header, { [name]: voxels });
    expect([...(await volume.slice(0)).pixels].sort((a, b) => a - b)).toEqual([-1000, -900, 0, 40]);
  });

  test('voxels open through the header next to them', async () => {
    const header = file({ ElementDataFile: 'x.raw' }, new Uint8Array());
    const volume = await parts(voxels, { 'x.mhd': header }, 'x.raw');
    expect(volume).toMatchObject({ format: 'metaimage', sliceCount: 2, unit: 'HU' });
  });

  test('four dimensions open the first volume, or the one asked for', async () => {
    const bytes = file({ NDims: '4', DimSize: '2 2 1 2', ElementSpacing: '1 1 1 1' }, voxels);
    const volume = await openVolume(bytesSource(bytes), { timePoint: 1 });
    expect(volume.timePoint).toEqual({ index: 1, count: 2 });
    expect(volume.warnings).toContainEqual({ code: 'OTHER_VOLUMES', detail: 'volume 2 of 2' });
    expect(Math.max(...(await volume.slice(0)).pixels)).toBe(60);
  });

  test('a modality other than CT is grey', async () => {
    const volume = await openVolume(bytesSource(file({ Modality: 'MET_MOD_MR' }, voxels)));
    expect(volume).toMatchObject({ unit: 'grey', acquisition: { modality: 'MR' } });
    expect(volume.warnings).toContainEqual({ code: 'NOT_CT', detail: 'modality MR' });
  });
});

describe('bad files', () => {
  test.each([
    ['a size that is not a number', { DimSize: '2 two 2' }, 'CT_CORRUPT'],
    ['fewer sizes than dimensions', { DimSize: '2 2' }, 'CT_CORRUPT'],
    ['no element type', { ElementType: undefined }, 'CT_CORRUPT'],
    ['an element type without numbers', { ElementType: 'MET_STRING' }, 'CT_UNSUPPORTED'],
    ['voxels as text', { BinaryData: 'False' }, 'CT_UNSUPPORTED'],
    ['more voxels than the limit', { DimSize: '60000 60000 60000' }, 'CT_TOO_LARGE'],
    ['several volumes that are cut short', { NDims: '4', DimSize: '2 2 4 2' }, 'CT_TRUNCATED'],
    ['a data file that is missing', { ElementDataFile: 'gone.raw' }, 'CT_MISSING_COMPANION'],
    ['a data file elsewhere', { ElementDataFile: '../secret.raw' }, 'CT_CORRUPT'],
    ['an absolute data file', { ElementDataFile: '/etc/passwd' }, 'CT_CORRUPT'],
    ['too few voxels', { DimSize: '2 2 9' }, 'CT_TRUNCATED'],
  ])('%s', async (_, fields, code) => {
    const opening = openVolume(bytesSource(file(fields)), {
      companion: () => Promise.resolve(undefined),
    });
    await expect(opening).rejects.toMatchObject({ name: 'CtError', code });
  });

  test('a header without ElementDataFile', async () => {
    const opening = openVolume(bytesSource(Buffer.from('ObjectType = Image\nNDims = 3\n')));
    await expect(opening).rejects.toMatchObject({ code: 'CT_CORRUPT' });
  });

  test('deflated voxels that are damaged or end early', async () => {
    const zipped = deflateSync(new Uint8Array(16).map((_, i) => i));
    const damaged = Uint8Array.from(zipped);
    damaged[4]! ^= 0xff;
    const compressed = (data: Uint8Array) =>
      openVolume(bytesSource(file({ CompressedData: 'True' }, data))).then((volume) =>
        volume.slice(1),
      );
    await expect(compressed(damaged)).rejects.toMatchObject({ code: 'CT_CORRUPT' });
    await expect(compressed(zipped.subarray(0, 8))).rejects.toMatchObject({ code: 'CT_TRUNCATED' });
  });
});

test('a volume without a matrix opens in file order and reports that it has no orientation', async () => {
  const volume = await openVolume(bytesSource(file({})));
  expect(volume.warnings).toContainEqual({ code: 'NO_ORIENTATION' });
  expect(volume.geometry).toBeUndefined();
  expect(volume.pixelSpacing).toEqual({ column: 1, row: 1 });
});
