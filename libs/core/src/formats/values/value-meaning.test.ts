import { describe, expect, test } from 'vitest';
import { bytesSource, openVolume, SeededRandom } from '../../index.js';
import { applyMeaning, valueMeaning } from './value-meaning.js';
import { ValueSample } from './value-sample.js';

/** A slice with noise: half air, a tenth lung, the rest fat, muscle and bone. */
function ctSlice(size = 96): Float32Array {
  let seed = 7;
  const noise = () => ((seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5) * 30;
  return Float32Array.from({ length: size * size }, (_, i) => {
    const part = (i % size) / size;
    const mean =
      part < 0.5 ? -1000 : part < 0.6 ? -850 : part < 0.7 ? -100 : part < 0.95 ? 45 : 700;
    return Math.round(mean + noise());
  });
}

const sampleOf = (values: ArrayLike<number>) => {
  const sample = new ValueSample();
  sample.add(values);
  return sample;
};
const meaningOf = (values: ArrayLike<number>) => valueMeaning(sampleOf(values));
const codes = ({ warnings }: { warnings: readonly { code: string }[] }) =>
  warnings.map(({ code }) => code);
const windowed = (values: Float32Array) =>
  values.map((v) => Math.min(1, Math.max(0, (v + 1350) / 1500)));

describe('valueMeaning', () => {
  test('takes air and tissue at their usual values for Hounsfield units', () => {
    expect(meaningOf(ctSlice())).toEqual({ unit: 'HU', offset: 0, warnings: [] });
  });

  test.each([1024, 1000, 32_768, 8192])('recognises Hounsfield units plus %i', (offset) => {
    const meaning = meaningOf(ctSlice().map((v) => v + offset));
    expect(meaning).toMatchObject({ unit: 'HU', offset });
    expect(codes(meaning)).toEqual(['HU_OFFSET']);
  });

  test('finds the offset despite padding of 0 around the scan', () => {
    const values = ctSlice().map((v, i) => (i % 96 < 10 ? 0 : v + 1024));
    expect(meaningOf(values)).toMatchObject({ unit: 'HU', offset: 1024 });
  });

  test.each([
    ['0–255', (v: number) => Math.round(255 * v), 0, 255],
    ['0–1', (v: number) => v, 0, 1],
    ['0–4095', (v: number) => Math.round(4095 * v), 0, 4095],
    ['-1–1', (v: number) => 2 * v - 1, -1, 1],
  ])('calls a window stretched to %s grey', (_, stretch, black, white) => {
    const meaning = meaningOf(windowed(ctSlice()).map(stretch));
    if (meaning.unit !== 'grey') throw new Error('Expected grey');
    expect(meaning.black).toBeCloseTo(black, 0);
    expect(meaning.white).toBeCloseTo(white, 0);
    expect(codes(meaning)).toContain('HU_LOST');
  });

  test('calls a crop without air grey, and reports which values it saw', () => {
    const values = ctSlice().filter((v) => v > -300);
    const meaning = meaningOf(values);
    expect(meaning.unit).toBe('grey');
    expect(meaning.warnings[0]!.detail).toMatch(/^values from -\d+ to 7\d\d$/);
  });

  test('gives the same pixels for one window as bytes, as integers and as fractions', () => {
    const grey = windowed(ctSlice());
    const bytes = grey.map((v) => Math.round(255 * v));
    const fractions = applyMeaning(Float32Array.from(grey), meaningOf(grey));
    const integers = applyMeaning(Float32Array.from(bytes), meaningOf(bytes));
    for (let i = 0; i < grey.length; i++) {
      expect(integers[i]).toBe(Math.fround(bytes[i]! / 255));
      expect(Math.abs(integers[i]! - fractions[i]!)).toBeLessThan(0.5 / 255 + 1e-6);
    }
  });

  test('a hot pixel does not darken the others', () => {
    const values = windowed(ctSlice()).map((v) => Math.round(1000 * v));
    values[5000] = 30_000;
    const meaning = meaningOf(values);
    if (meaning.unit !== 'grey') throw new Error('Expected grey');
    expect(meaning.white).toBeLessThan(1100);
  });

  test('of nothing but air, believes what the file says', () => {
    expect(meaningOf(new Float32Array(64).fill(-1024))).toMatchObject({ unit: 'HU', offset: 0 });
    expect(meaningOf(new Float32Array(64))).toMatchObject({ unit: 'grey' });
  });
});

/** A NIfTI-1 file of one slice with a slope and an intercept. */
function nifti(
  values: Float32Array,
  size: number,
  { datatype, bytes, slope = 0, intercept = 0 }: Stored,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(352 + values.length * bytes));
  view.setInt32(0, 348, true);
  [3, size, size, 1].forEach((value, i) => {
    view.setInt16(40 + 2 * i, value, true);
  });
  view.setInt16(70, datatype, true);
  [1, 1, 1, 1].forEach((value, i) => {
    view.setFloat32(76 + 4 * i, value, true);
  });
  view.setFloat32(108, 352, true);
  view.setFloat32(112, slope, true);
  view.setFloat32(116, intercept, true);
  [0x6e, 0x2b, 0x31, 0].forEach((byte, i) => {
    view.setUint8(344 + i, byte);
  });
  values.forEach((value, i) => {
    const at = 352 + i * bytes;
    if (datatype === 4) view.setInt16(at, value, true);
    else if (datatype === 2) view.setUint8(at, value);
    else if (datatype === 16) view.setFloat32(at, value, true);
    else view.setFloat64(at, value, true);
  });
  return new Uint8Array(view.buffer);
}

interface Stored {
  readonly datatype: number;
  readonly bytes: number;
  readonly slope?: number;
  readonly intercept?: number;
}

test('any affine change of the stored values with its rescale gives the same Hounsfield units', async () => {
  const hu = ctSlice(32);
  const open = async (file: Uint8Array) => {
    const volume = await openVolume(bytesSource(file));
    expect(volume.unit).toBe('HU');
    expect(codes(volume)).not.toContain('HU_OFFSET');
    return (await volume.slice(0)).pixels;
  };
  const expected = await open(nifti(hu, 32, { datatype: 4, bytes: 2 }));
  const stream = new SeededRandom(3);
  const random = () => stream.uniform();
  for (let n = 0; n < 200; n++) {
    // Slopes are powers of 2, so that a float holds each stored value exactly.
    const slope = 2 ** Math.round(random() * 16 - 8) * (random() < 0.3 ? -1 : 1);
    const intercept = Math.round(random() * 80_000 - 40_000) / 4;
    const stored = hu.map((v) => (v - intercept) / slope);
    const pixels = await open(nifti(stored, 32, { datatype: 16, bytes: 4, slope, intercept }));
    let worst = 0;
    for (let i = 0; i < hu.length; i++)
      worst = Math.max(worst, Math.abs(pixels[i]! - expected[i]!));
    expect(worst, `slope ${slope}, intercept ${intercept}`).toBeLessThan(0.01);
  }
});

test('one window as bytes, int16 and floats gives one picture in a NIfTI file', async () => {
  const grey = windowed(ctSlice(32));
  const bytes = grey.map((v) => Math.round(255 * v));
  const files = [
    nifti(bytes, 32, { datatype: 2, bytes: 1 }),
    nifti(bytes, 32, { datatype: 4, bytes: 2 }),
    nifti(bytes, 32, { datatype: 16, bytes: 4 }),
    nifti(
      bytes.map((v) => v / 255),
      32,
      { datatype: 64, bytes: 8 },
    ),
  ];
  const slices = await Promise.all(
    files.map(async (file) => {
      const volume = await openVolume(bytesSource(file));
      expect(volume.unit).toBe('grey');
      expect(codes(volume)).toContain('HU_LOST');
      return (await volume.slice(0)).pixels;
    }),
  );
  for (const pixels of slices)
    for (let i = 0; i < pixels.length; i++) expect(pixels[i]).toBeCloseTo(slices[0]![i]!, 6);
});
