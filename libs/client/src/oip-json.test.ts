import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatJsonElements, packJsonElements } from './oip-json.js';

describe('JSON elements', () => {
  test('numbers and text survive a round trip', () => {
    const kinds = [
      [
        'FP64',
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((value) => (value === 0 ? 0 : value)),
      ],
      ['INT32', fc.integer()],
      ['UINT8', fc.nat(255)],
      ['INT64', fc.maxSafeInteger()],
      ['BOOL', fc.boolean()],
      ['BYTES', fc.string({ unit: 'grapheme' })],
    ] as const;
    for (const [datatype, arbitrary] of kinds) {
      fc.assert(
        fc.property(
          fc.array<unknown>(arbitrary as fc.Arbitrary<unknown>, { maxLength: 12 }),
          (values) => {
            const spec = { name: 'x', datatype, shape: [values.length] };
            const text = formatJsonElements(spec, packJsonElements(spec, values));
            expect(JSON.parse(text)).toEqual(values);
          },
        ),
      );
    }
  });

  test.each([
    ['FP32', 1e39, 'a number in its range'],
    ['FP64', 'x', 'a number'],
    ['BYTES', '\ud800', 'a string of Unicode text'],
    ['INT64', 2 ** 53, 'larger ones go as binary data'],
    ['UINT8', 256, 'from 0 to 255'],
    ['BOOL', 1, 'true or false'],
    ['BF16', 1, 'as binary data'],
    ['FP16', 1, 'as binary data'],
  ] as const)('%s refuses %j', (datatype, value, expected) => {
    expect(() => packJsonElements({ name: 'x', datatype, shape: [1] }, [value])).toThrow(expected);
  });

  test('half floats of both kinds are written as numbers', () => {
    // 1.5 is 0x3e00 in binary16 (exponent 15, fraction 512) and 0x3fc0 in bfloat16 (the upper half of 0x3fc00000).
    const bytes = (bits: number): Uint8Array => new Uint8Array(Uint16Array.of(bits).buffer);
    expect(formatJsonElements({ name: 'x', datatype: 'FP16' }, bytes(0x3e00))).toBe('[1.5]');
    expect(formatJsonElements({ name: 'x', datatype: 'BF16' }, bytes(0x3fc0))).toBe('[1.5]');
  });
});
