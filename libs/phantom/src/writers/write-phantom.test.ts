import { bytesSource, openDicomSeries, openVolume } from '@groundglass/core';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { thoraxPhantom } from '../thorax-phantom.js';
import { littleEndian16, sliceOf, type PhantomFile } from './phantom-file.js';
import { phantomFiles, phantomFormats, type PhantomFormat } from './write-phantom.js';

/** Results of other software, from golden/make.sh. */
type Golden = Record<string, Answer[]>;
interface Answer {
  readonly software: string;
  /** SHA-256 of the files, one after the other. */
  readonly files: string;
  /** SHA-256 of the pixels: int16, little endian. */
  readonly pixels: string;
  readonly shape: readonly number[];
  readonly spacing?: readonly [number, number, number];
  readonly origin?: readonly [number, number, number];
}

const phantom = thoraxPhantom({ seed: 7, covid: true, slices: 4, size: 64 });
let golden: Golden;
beforeAll(async () => {
  const path = join(import.meta.dirname, '../golden/phantoms.json');
  golden = JSON.parse(await readFile(path, 'utf8')) as Golden;
});

/** Golden results are keyed by the name of the file, or of the folder. */
const goldenName: Partial<Record<PhantomFormat, string>> = {
  nifti: 'nifti.nii',
  'nifti-gz': 'nifti-gz.nii.gz',
  mha: 'mha.mha',
  'mha-zlib': 'mha-zlib.mha',
  mhd: 'mhd.mhd',
  'mhd-zraw': 'mhd-zraw.mhd',
};

function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}

function withoutMasks(files: readonly PhantomFile[]): PhantomFile[] {
  return files.filter(({ name }) => !name.includes('.mask'));
}

describe('other software reads from our files', () => {
  const lossless = phantomFormats.filter((format) => format !== 'png' && format !== 'jpeg');
  test.each(lossless)('%s the phantom, to the last voxel and in its place', async (format) => {
    const answers = golden[goldenName[format] ?? format];
    const files = withoutMasks(await phantomFiles(phantom, format, format));
    const hu = sha256(littleEndian16(phantom.hu));
    const { spacing, origin } = phantom.geometry;
    expect(answers?.length).toBeGreaterThan(0);
    for (const answer of answers ?? []) {
      // The result is for exactly these bytes.
      expect(answer.files).toBe(sha256(...files.map(({ bytes }) => bytes)));
      expect(answer.pixels, answer.software).toBe(hu);
      expect(answer.shape).toEqual([phantom.sliceCount, phantom.rows, phantom.columns]);
      if (!answer.spacing || !answer.origin) continue;
      expect(answer.spacing).toEqual([spacing.column, spacing.row, spacing.slice]);
      origin.forEach((value, i) => {
        expect(answer.origin![i]).toBeCloseTo(value, 2);
      });
    }
  });

  test('png the lung window', () => {
    // round(255 * (HU + 1350) / 1500), black below and white above
    const expected = Int16Array.from(phantom.hu, (value) =>
      Math.round(255 * Math.min(1, Math.max(0, (value + 1350) / 1500))),
    );
    expect(golden.png?.[0]?.pixels).toBe(sha256(littleEndian16(expected)));
  });
});

describe('openVolume reads from our files', () => {
  test.each(['nifti', 'nifti-gz', 'mha', 'mha-zlib', 'mhd', 'mhd-zraw'] as const)(
    '%s the same Hounsfield units and geometry',
    async (format) => {
      const files = await phantomFiles(phantom, format, 'thorax');
      const volume = await openVolume(bytesSource(files[0]!.bytes), {
        companion: (name) => {
          const found = files.find((file) => file.name === name);
          return Promise.resolve(found && bytesSource(found.bytes));
        },
      });
      expect(volume.unit).toBe('HU');
      expect(volume.sliceCount).toBe(4);
      const { geometry } = volume;
      expect(geometry?.spacing.column).toBeCloseTo(phantom.geometry.spacing.column, 4);
      expect(geometry?.spacing.slice).toBeCloseTo(phantom.geometry.spacing.slice, 4);
      expect(geometry?.sliceDirection).toEqual([0, 0, 1]);
      geometry?.origin.forEach((value, i) => {
        expect(value).toBeCloseTo(phantom.geometry.origin[i]!, 3);
      });
      for (let i = 0; i < volume.sliceCount; i++) {
        const { pixels } = await volume.slice(i);
        expect(Int16Array.from(pixels)).toEqual(sliceOf(phantom, phantom.hu, i));
      }
    },
  );
});

describe('openDicomSeries reads from our series', () => {
  test.each([
    'dicom',
    'dicom-implicit',
    'dicom-rle',
    'dicom-jpegls',
    'dicom-j2k',
    'dicom-htj2k',
  ] as const)('%s the same Hounsfield units, order, geometry and windows', async (format) => {
    const files = withoutMasks(await phantomFiles(phantom, format, 'thorax'));
    // The order of a folder's listing is arbitrary.
    const shuffled = [2, 0, 3, 1].map((i) => files[i]!);
    const { volumes, problems } = await openDicomSeries(
      shuffled.map(({ name, bytes }) => ({ name, source: bytesSource(bytes) })),
    );
    expect(problems).toEqual([]);
    expect(volumes).toHaveLength(1);
    const [{ volume, files: order }] = volumes as [(typeof volumes)[number]];
    expect(order).toEqual(files.map(({ name }) => name));
    expect(volume.warnings).toEqual([]);
    expect(volume.windows.slice(0, 2)).toEqual([
      expect.objectContaining({ center: -600, width: 1500 }),
      expect.objectContaining({ center: 40, width: 400 }),
    ]);
    expect(volume.geometry?.spacing.row).toBeCloseTo(phantom.geometry.spacing.row, 6);
    expect(volume.geometry?.spacing.slice).toBeCloseTo(phantom.geometry.spacing.slice, 6);
    expect(volume.geometry?.origin).toEqual(phantom.geometry.origin);
    for (let i = 0; i < volume.sliceCount; i++) {
      const { pixels } = await volume.slice(i);
      expect(Int16Array.from(pixels)).toEqual(sliceOf(phantom, phantom.hu, i));
    }
  });
});

describe('the mask next to a phantom', () => {
  test('of a picture is 0 outside, 128 in ground-glass and 255 in consolidation', async () => {
    const files = await phantomFiles(phantom, 'jpeg', 'figure');
    expect(files.map(({ name }) => name).slice(0, 2)).toEqual([
      'figure/001.jpg',
      'figure/001.mask.png',
    ]);
    for (let i = 0; i < phantom.sliceCount; i++) {
      const grey = await sharp(files[2 * i + 1]!.bytes)
        .extractChannel(0)
        .raw()
        .toBuffer();
      const expected = Array.from(sliceOf(phantom, phantom.lesions, i), (v) => [0, 128, 255][v]!);
      expect([...grey]).toEqual(expected);
    }
  });

  test('of a volume is a volume of 0, 1 and 2', async () => {
    const files = await phantomFiles(phantom, 'nifti-gz', 'thorax');
    const mask = files.find(({ name }) => name === 'thorax.mask.nii.gz')!;
    const volume = await openVolume(bytesSource(mask.bytes));
    for (let i = 0; i < phantom.sliceCount; i++) {
      const { pixels } = await volume.slice(i);
      // openVolume reads unsigned bytes as grey from 0 to 1.
      const classes = Uint8Array.from(pixels, (value) => Math.round(value * 255));
      expect(classes).toEqual(sliceOf(phantom, phantom.lesions, i));
    }
  });
});
