import { CtError } from '@groundglass/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readInferRequest } from './read-infer-request.js';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe('readInferRequest', () => {
  test('any input gives a request or a coded error', () => {
    const almost = fc.record(
      {
        id: fc.anything(),
        parameters: fc.anything(),
        inputs: fc.array(
          fc.record(
            {
              name: fc.oneof(fc.constant('image'), fc.string()),
              datatype: fc.constantFrom('FP32', 'INT64', 'BYTES', 'BOOL', 'FP16', 'x'),
              shape: fc.array(fc.oneof(fc.nat(4), fc.integer(), fc.double()), { maxLength: 4 }),
              data: fc.oneof(fc.array(fc.anything(), { maxLength: 8 }), fc.anything()),
              parameters: fc.anything(),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 3 },
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          almost.map((value) => toBytes(value)),
          fc.uint8Array(),
        ),
        fc.uint8Array(),
        (header, binary) => {
          try {
            for (const { data } of readInferRequest(header, binary).inputs)
              expect(data.length).toBeGreaterThanOrEqual(0);
          } catch (error) {
            expect(error).toBeInstanceOf(CtError);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('binary inputs are cut out of the bytes in order', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1, maxLength: 5 }),
        (parts) => {
          const inputs = parts.map((part, index) => ({
            name: `t${index}`,
            datatype: 'UINT8',
            shape: [part.length],
            parameters: { binary_data_size: part.length },
          }));
          const call = readInferRequest(bytes({ inputs }), Buffer.concat(parts));
          expect(call.inputs.map(({ data }) => [...(data as Uint8Array)])).toEqual(
            parts.map((part) => [...part]),
          );
        },
      ),
    );
  });
});

/** fast-check makes values that JSON has no form for, such as cycles and big integers; those go as text. */
function toBytes(value: unknown): Uint8Array {
  try {
    return bytes(value);
  } catch {
    return new TextEncoder().encode(fc.stringify(value));
  }
}
