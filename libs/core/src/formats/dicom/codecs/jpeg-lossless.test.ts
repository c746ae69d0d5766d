import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openVolume } from '../../../index.js';
import { bytesSource } from '../../byte-source.js';
import { decodeJpegLossless } from './jpeg-lossless.js';

const golden = JSON.parse(
  await readFile(join(import.meta.dirname, 'fixtures/lossless.json'), 'utf8'),
) as {
  columns: number;
  rows: number;
  cases: { name: string; judge: string; file: string; samples: string }[];
};

/** The code stream of a DICOM file with one fragment: from SOI to the end. */
function streamOf(file: Uint8Array): Uint8Array {
  const at = Buffer.from(file).indexOf(Buffer.of(0xff, 0xd8, 0xff), 132);
  return file.subarray(at);
}

describe('lossless JPEG of noise gives the samples that dcmtk and GDCM decode', () => {
  test.each(golden.cases)('$name', ({ name, file, samples }) => {
    const bytes = new Uint8Array(Buffer.from(samples, 'base64'));
    const expected = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
    const components = name.startsWith('colour') ? 3 : 1;
    const { columns, rows } = golden;
    const stream = streamOf(new Uint8Array(Buffer.from(file, 'base64')));
    const decoded = decodeJpegLossless(stream, { columns, rows, components });
    // dcmcjpeg codes 12 signed bits as 16, with the sign in the upper ones.
    const mask = 2 ** Number(/(\d+) bits/.exec(name)?.[1] ?? decoded.precision) - 1;
    expect([...decoded.samples].map((v) => v & mask)).toEqual([...expected].map((v) => v & mask));
  });
});

test('signed samples get their sign in a whole DICOM file', async () => {
  const signed = golden.cases.filter(({ name }) => name.includes(' signed'));
  expect(signed).toHaveLength(14);
  for (const { name, file, samples } of signed) {
    const bits = Number(/(\d+) bits/.exec(name)![1]);
    const stored = new Uint16Array(new Uint8Array(Buffer.from(samples, 'base64')).buffer);
    const volume = await openVolume(bytesSource(Buffer.from(file, 'base64')));
    const shift = 32 - bits;
    const { pixels } = await volume.slice(0);
    // Noise over the whole range is not CT: it is read as grey between two values of the file.
    const { black, white } = volume.greyRange ?? { black: 0, white: 1 };
    for (const [i, sample] of stored.entries()) {
      const expected = ((sample << shift) >> shift) - black;
      expect(pixels[i]! * (white - black), name).toBeCloseTo(expected, 1);
    }
  }
});

describe('damaged lossless JPEG', () => {
  const { columns, rows } = golden;
  const size = { columns, rows, components: 1 };
  const stream = streamOf(new Uint8Array(Buffer.from(golden.cases[0]!.file, 'base64')));

  test('that ends early is reported, wherever it ends', () => {
    for (let length = 2; length < stream.length - 12; length += 7) {
      expect(() => decodeJpegLossless(stream.subarray(0, length), size)).toThrow(
        expect.objectContaining({ name: 'CtError', code: 'CT_TRUNCATED' }) as Error,
      );
    }
  });

  test.each([
    ['another size', { columns, rows: rows + 1, components: 1 }],
    ['another number of components', { columns, rows, components: 3 }],
  ])('of %s is refused', (_, other) => {
    expect(() => decodeJpegLossless(stream, other)).toThrow(/Expected a JPEG of/);
  });
});
