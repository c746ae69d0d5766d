import fc from 'fast-check';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { CtError, decodeMask, encodedMaskSchema, encodeMask, encodePng } from '../index.js';

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

test('encodeMask writes the probability times 255 as 8-bit grey', async () => {
  const encoded = encodeMask(Float32Array.of(0, 0.5, 1, 0.2, 2, NaN), 3, 2);
  expect(encodedMaskSchema.parse(encoded)).toEqual(encoded);
  const { data, info } = await sharp(Buffer.from(encoded.data, 'base64'))
    .toColourspace('b-w')
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 3, height: 2, channels: 1 });
  // 0.5 * 255 = 127.5 rounds up, 0.2 * 255 = 51; 2 is clamped, NaN is no lesion.
  expect([...data]).toEqual([0, 128, 255, 51, 255, 0]);
});

test('decodeMask returns what encodeMask was given, to half a step of 255', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }),
      (values) => {
        const decoded = decodeMask(encodeMask(Float32Array.from(values), 4, 3));
        expect(decoded).toHaveLength(12);
        values.forEach((value, i) => {
          expect(Math.abs(decoded[i]! - value)).toBeLessThanOrEqual(0.5 / 255 + 1e-6);
        });
      },
    ),
    { seed: 2, numRuns: 100 },
  );
});

test('decodeMask reads a mask that libpng wrote', async () => {
  const png = await sharp(Uint8Array.of(0, 51, 102, 255), {
    raw: { width: 2, height: 2, channels: 1 },
  })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const decoded = decodeMask({ width: 2, height: 2, encoding: 'png', data: base64(png) });
  expect([...decoded]).toEqual([...Float32Array.of(0, 0.2, 0.4, 1)]);
});

test('a mask of 1024×1024 survives a round trip through base64', () => {
  const mask = Float32Array.from({ length: 1024 * 1024 }, (_, i) => ((i * 7919) % 256) / 255);
  expect(
    Buffer.from(decodeMask(encodeMask(mask, 1024, 1024)).buffer).equals(Buffer.from(mask.buffer)),
  ).toBe(true);
});

const colour = encodePng({ columns: 2, rows: 1, channels: 3, data: new Uint8Array(6) });
const deep = encodePng({ columns: 2, rows: 1, channels: 1, data: new Uint16Array(2) });
const grey = encodePng({ columns: 2, rows: 1, channels: 1, data: new Uint8Array(2) });
const broken = Uint8Array.from(grey);
broken[45]! ^= 0xff;

test.each([
  ['of another size', { width: 1, height: 1, data: base64(grey) }, 'a mask of 1×1 pixels'],
  ['in colour', { width: 2, height: 1, data: base64(colour) }, '3 channels of 8 bits'],
  ['of 16 bits', { width: 2, height: 1, data: base64(deep) }, '1 channels of 16 bits'],
  ['with a wrong checksum', { width: 2, height: 1, data: base64(broken) }, 'cannot be decoded'],
  ['that ends early', { width: 2, height: 1, data: base64(grey.subarray(0, 30)) }, 'decoded'],
  ['that is no base64', { width: 2, height: 1, data: '!' }, 'cannot be decoded'],
  ['that is empty', { width: 2, height: 1, data: '' }, 'cannot be decoded'],
  ['far longer than its size', { width: 2, height: 1, data: 'A'.repeat(200_000) }, '2×1'],
])('decodeMask refuses a mask %s', (_, mask, sentence) => {
  const decode = () => decodeMask({ encoding: 'png', ...mask });
  expect(decode).toThrow(CtError);
  expect(decode).toThrow(sentence);
  expect(decode).toThrow(expect.objectContaining({ code: 'CT_CORRUPT' }) as Error);
});

test('encodeMask refuses a mask that does not fill its size', () => {
  expect(() => encodeMask(new Float32Array(5), 2, 3)).toThrow('Expected 6 samples');
});
