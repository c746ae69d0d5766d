import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { bytesSource } from '../byte-source.js';
import { defaultLimits } from '../limits.js';
import { openVolume } from '../../index.js';
import { sharedData } from '../../shared-data.fixture.js';
import { sniffFormat } from '../sniff.js';

/** libvips writes the known samples. */
function raw(
  data: Uint8Array | Uint16Array,
  width: number,
  height: number,
  channels: 1 | 2 | 3 | 4,
) {
  return sharp(data, { raw: { width, height, channels } });
}

async function greyOf(bytes: Uint8Array) {
  const volume = await openVolume(bytesSource(bytes));
  return { volume, pixels: [...(await volume.slice(0)).pixels] };
}

describe('PNG', () => {
  test('grey with 8 bits gives value / 255, and says that Hounsfield units are lost', async () => {
    const png = await raw(Uint8Array.of(0, 51, 255, 128), 2, 2, 1)
      .toColourspace('b-w')
      .png()
      .toBuffer();
    const { volume, pixels } = await greyOf(png);
    expect(volume).toMatchObject({
      format: 'png',
      columns: 2,
      rows: 2,
      sliceCount: 1,
      unit: 'grey',
    });
    expect(volume.warnings).toContainEqual({ code: 'HU_LOST' });
    expect(volume.warnings).not.toContain('COLOUR_TO_GREY');
    expect(pixels).toEqual([0, Math.fround(51 / 255), 1, Math.fround(128 / 255)]);
  });

  test('grey with 16 bits keeps them', async () => {
    const png = await raw(Uint16Array.of(0, 1, 1000, 65535), 2, 2, 1)
      .toColourspace('grey16')
      .png()
      .toBuffer();
    const { pixels } = await greyOf(png);
    expect(pixels).toEqual([0, 1 / 65535, 1000 / 65535, 1].map(Math.fround));
  });

  test('colour becomes luminance with a warning; three equal channels do not', async () => {
    const coloured = await raw(Uint8Array.of(255, 0, 0, 0, 255, 0), 2, 1, 3)
      .png()
      .toBuffer();
    const red = await greyOf(coloured);
    expect(red.pixels[0]).toBeCloseTo(0.299, 6);
    expect(red.pixels[1]).toBeCloseTo(0.587, 6);
    expect(red.volume.warnings).toContainEqual({ code: 'COLOUR_TO_GREY' });
    const equal = await raw(Uint8Array.of(10, 10, 10, 200, 200, 200), 2, 1, 3)
      .png()
      .toBuffer();
    const grey = await greyOf(equal);
    expect(grey.pixels).toEqual([10 / 255, 200 / 255].map(Math.fround));
    expect(grey.volume.warnings).not.toContain('COLOUR_TO_GREY');
  });

  test('transparent pixels are laid over white, as on the page', async () => {
    const png = await raw(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 255), 2, 1, 4)
      .png()
      .toBuffer();
    expect((await greyOf(png)).pixels).toEqual([1, 0]);
  });

  test('a palette is looked up', async () => {
    const png = await raw(Uint8Array.of(0, 0, 0, 255, 255, 255), 2, 1, 3)
      .png({ palette: true })
      .toBuffer();
    expect((await greyOf(png)).pixels).toEqual([0, 1]);
  });
});

test('a JPEG is turned as its EXIF orientation says, and is known as lossy', async () => {
  const picture = new Uint8Array(16 * 8).fill(200);
  picture.fill(0, 0, 64); // upper half black
  const jpeg = await raw(picture, 16, 8, 1)
    .withMetadata({ orientation: 6 })
    .jpeg({ quality: 100 })
    .toBuffer();
  const { volume, pixels } = await greyOf(jpeg);
  expect(volume).toMatchObject({ format: 'jpeg', columns: 8, rows: 16 });
  expect(volume.warnings).toContainEqual({ code: 'LOSSY_COMPRESSION' });
  // Orientation 6: the stored top is shown on the right.
  expect(pixels[0]).toBeCloseTo(200 / 255, 1);
  expect(pixels[7]).toBeCloseTo(0, 1);
});

test('a colour profile does not move the values', async () => {
  const png = await raw(Uint8Array.of(10, 10, 10, 200, 50, 50), 2, 1, 3)
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const stored = await sharp(png, { ignoreIcc: true }).raw().toBuffer();
  const [, , , red = NaN, green = NaN, blue = NaN] = stored;
  // With the profile libvips gives other samples.
  expect((await sharp(png).raw().toBuffer())[3]).not.toBe(red);
  const { pixels } = await greyOf(png);
  expect(pixels[1]).toBeCloseTo((0.299 * red + 0.587 * green + 0.114 * blue) / 255, 6);
});

test('a PNG is turned as its EXIF orientation says', async () => {
  const picture = new Uint8Array(16 * 8).fill(200);
  picture.fill(0, 0, 64); // upper half black
  const png = await raw(picture, 16, 8, 1).withMetadata({ orientation: 6 }).png().toBuffer();
  const { volume, pixels } = await greyOf(png);
  expect(volume).toMatchObject({ format: 'png', columns: 8, rows: 16 });
  // Orientation 6: the stored top is shown on the right.
  expect(pixels[0]).toBeCloseTo(200 / 255, 6);
  expect(pixels[7]).toBe(0);
});

describe('16 bits', () => {
  /** Half air, some lung, the rest tissue. */
  const hu = Int16Array.from({ length: 4096 }, (_, i) =>
    i % 64 < 32 ? -1000 + (i % 7) : i % 64 < 38 ? -850 : 30 + (i % 40),
  );
  const png16 = (values: Uint16Array) =>
    raw(values, 64, 64, 1).toColourspace('grey16').png().toBuffer();

  test.each([1024, 32_768])('that hold HU + %i are read as Hounsfield units', async (offset) => {
    const { volume, pixels } = await greyOf(await png16(Uint16Array.from(hu, (v) => v + offset)));
    expect(volume.unit).toBe('HU');
    expect(volume.warnings).toContainEqual({
      code: 'HU_OFFSET',
      detail: `${offset} was subtracted from every value`,
    });
    expect(pixels).toEqual([...hu]);
  });

  test('that hold 12 bits are not black', async () => {
    const values = Uint16Array.from({ length: 4096 }, (_, i) => i);
    const { volume, pixels } = await greyOf(await png16(values));
    expect(volume).toMatchObject({ unit: 'grey', greyRange: { black: 0, white: 4095 } });
    expect(volume.warnings.map(({ code }) => code)).toContain('GREY_RANGE_GUESSED');
    expect(pixels[4095]).toBe(1);
    expect(pixels[1000]).toBeCloseTo(1000 / 4095, 6);
  });
});

describe('marks in colour', () => {
  const picture = (mark: number[], count: number, tint = [0, 0, 0]) => {
    const data = new Uint8Array(64 * 64 * 3);
    for (let i = 0; i < 64 * 64; i++) {
      const grey = (i * 37) % 200;
      data.set(i < count ? mark : tint.map((t) => grey + t), 3 * i);
    }
    return raw(data, 64, 64, 3).png().toBuffer();
  };

  test.each([
    ['a red arrow', [230, 20, 20], 40, true],
    ['a yellow circle', [250, 240, 10], 200, true],
    ['a grey arrow', [255, 255, 255], 40, false],
    ['a coloured half', [200, 40, 40], 2048, false],
  ])('%s', async (_, mark, count, expected) => {
    const { volume } = await greyOf(await picture(mark, count));
    expect(volume.warnings.some(({ code }) => code === 'COLOUR_MARKS')).toBe(expected);
  });

  test('a tint over the whole picture is no mark, and the colours stay available', async () => {
    const { volume } = await greyOf(await picture([0, 0, 0], 0, [12, 6, 0]));
    expect(volume.warnings.map(({ code }) => code)).not.toContain('COLOUR_MARKS');
    const colours = await volume.colours!(0);
    expect([...colours.data.subarray(4, 8)]).toEqual([49, 43, 37, 255]);
    const grey = await greyOf(await picture([9, 9, 9], 10));
    expect(grey.volume.colours).toBeNull();
  });
});

describe('bad pictures', () => {
  test('past the pixel limit are refused before decoding', async () => {
    const png = await raw(new Uint8Array(100), 10, 10, 1).png().toBuffer();
    const opening = openVolume(bytesSource(png), { limits: { ...defaultLimits, imagePixels: 99 } });
    await expect(opening).rejects.toMatchObject({
      code: 'CT_TOO_LARGE',
      message: 'Expected at most 99 pixels, the picture has 10×10',
    });
  });

  test.each(['png', 'jpeg'] as const)('a truncated %s has its own error code', async (format) => {
    const noise = Uint8Array.from({ length: 64 * 64 }, (_, i) => (i * 2654435761) >>> 24);
    const bytes = await raw(noise, 64, 64, 1).toFormat(format).toBuffer();
    const opening = openVolume(bytesSource(bytes.subarray(0, bytes.length >> 1)));
    await expect(opening).rejects.toMatchObject({ name: 'CtError', code: 'CT_TRUNCATED' });
  });

  test('the error for an unknown format names the first bytes', async () => {
    await expect(openVolume(bytesSource(Uint8Array.of(1, 2, 3)))).rejects.toMatchObject({
      code: 'CT_UNKNOWN_FORMAT',
      message: expect.stringContaining('starts with 01 02 03') as string,
    });
  });

  test('ANALYZE 7.5 is named in the error', async () => {
    const header = new Uint8Array(348);
    const view = new DataView(header.buffer);
    view.setInt32(0, 348, true);
    view.setInt16(40, 3, true);
    await expect(openVolume(bytesSource(header))).rejects.toMatchObject({
      code: 'CT_UNSUPPORTED',
      message: expect.stringContaining('ANALYZE 7.5') as string,
    });
  });

  test('an empty file has its own error code', async () => {
    await expect(openVolume(bytesSource(new Uint8Array()))).rejects.toMatchObject({
      code: 'CT_EMPTY',
    });
  });

  test('a picture has slice 0 only', async () => {
    const png = await raw(new Uint8Array(4), 2, 2, 1).png().toBuffer();
    const volume = await openVolume(bytesSource(png));
    await expect(volume.slice(1)).rejects.toMatchObject({ code: 'CT_SLICE_RANGE' });
  });
});

describe.skipIf(sharedData === undefined)('the COVID-CT images', () => {
  test('34 of the 349 COVID .png files are JPEG inside', async () => {
    const folder = join(sharedData ?? '', 'covid-ct/CT_COVID');
    const formats = await Promise.all(
      (await readdir(folder)).map(async (name) => sniffFormat(await readFile(join(folder, name)))),
    );
    expect(formats).toHaveLength(349);
    expect(formats.filter((format) => format === 'jpeg')).toHaveLength(34);
    expect(formats.filter((format) => format === 'png')).toHaveLength(315);
  });
});
