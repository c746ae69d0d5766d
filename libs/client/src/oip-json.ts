import { CtError } from '@groundglass/core/browser';
import { joinBytesElements } from './oip-bytes.js';
import { elementCount, type OipDatatype, type OipTensorSpec } from './oip-datatypes.js';

type NumberArray =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>
  | Float64Array<ArrayBuffer>;

/**
 * Turns the `data` of a JSON tensor, flat or nested, into raw bytes.
 *
 * @throws {CtError} `CT_BAD_REQUEST` for a wrong count, or an element that its type cannot hold; FP16 and BF16 have no JSON form.
 */
export function packJsonElements(spec: OipTensorSpec, data: readonly unknown[]): Uint8Array {
  const count = elementCount(spec.name, spec.shape);
  const elements = flatten(data, count, spec);
  if (elements.length !== count) throw wrongCount(spec, count, elements.length);
  switch (spec.datatype) {
    case 'BOOL':
      return Uint8Array.from(elements, (value) => {
        if (typeof value !== 'boolean') throw wrongElement(spec, 'true or false', value);
        return value ? 1 : 0;
      });
    case 'UINT8':
      return packWhole(spec, elements, new Uint8Array(count), 0, 2 ** 8 - 1);
    case 'INT8':
      return packWhole(spec, elements, new Int8Array(count), -(2 ** 7), 2 ** 7 - 1);
    case 'UINT16':
      return packWhole(spec, elements, new Uint16Array(count), 0, 2 ** 16 - 1);
    case 'INT16':
      return packWhole(spec, elements, new Int16Array(count), -(2 ** 15), 2 ** 15 - 1);
    case 'UINT32':
      return packWhole(spec, elements, new Uint32Array(count), 0, 2 ** 32 - 1);
    case 'INT32':
      return packWhole(spec, elements, new Int32Array(count), -(2 ** 31), 2 ** 31 - 1);
    case 'INT64':
      return asBytes(BigInt64Array.from(elements, (value) => toBigInt(spec, value)));
    case 'UINT64':
      return asBytes(
        BigUint64Array.from(elements, (value) => {
          const whole = toBigInt(spec, value);
          if (whole < 0n) throw wrongElement(spec, 'a whole number from 0', value);
          return whole;
        }),
      );
    case 'FP32':
      return packFloat(spec, elements, new Float32Array(count));
    case 'FP64':
      return packFloat(spec, elements, new Float64Array(count));
    case 'FP16':
    case 'BF16':
      throw new CtError(
        'CT_BAD_REQUEST',
        `Expected ${spec.datatype} of "${spec.name}" as binary data: the protocol has no JSON form of it`,
      );
    case 'BYTES':
      return joinBytesElements(
        elements.map((value) => {
          // A lone surrogate has no UTF-8: it would arrive as another character.
          if (typeof value !== 'string' || /\p{Surrogate}/u.test(value)) {
            throw wrongElement(spec, 'a string of Unicode text', value);
          }
          return new TextEncoder().encode(value);
        }),
      );
  }
}

/**
 * Writes raw bytes as the text of a JSON array, so that 64-bit numbers keep all their digits.
 *
 * @throws {CtError} `CT_BAD_REQUEST` for NaN, infinity and text that is not UTF-8, which JSON cannot hold.
 */
export function formatJsonElements(
  { name, datatype }: { name: string; datatype: OipDatatype },
  data: Uint8Array,
): string {
  // A copy, since views of wide elements must start at a multiple of their size.
  const { buffer } = new Uint8Array(data);
  switch (datatype) {
    case 'BOOL':
      return `[${[...data].map((value) => (value === 0 ? 'false' : 'true')).join(',')}]`;
    case 'UINT8':
      return `[${data.join(',')}]`;
    case 'INT8':
      return `[${new Int8Array(buffer).join(',')}]`;
    case 'UINT16':
      return `[${new Uint16Array(buffer).join(',')}]`;
    case 'INT16':
      return `[${new Int16Array(buffer).join(',')}]`;
    case 'UINT32':
      return `[${new Uint32Array(buffer).join(',')}]`;
    case 'INT32':
      return `[${new Int32Array(buffer).join(',')}]`;
    case 'INT64':
      return `[${new BigInt64Array(buffer).join(',')}]`;
    case 'UINT64':
      return `[${new BigUint64Array(buffer).join(',')}]`;
    case 'FP32':
      return formatFloats(name, new Float32Array(buffer));
    case 'FP64':
      return formatFloats(name, new Float64Array(buffer));
    case 'FP16':
      return formatFloats(name, Float32Array.from(new Uint16Array(buffer), halfToNumber));
    case 'BF16':
      return formatFloats(name, Float32Array.from(new Uint16Array(buffer), brainToNumber));
    case 'BYTES':
      return formatStrings(name, data);
  }
}

function flatten(data: readonly unknown[], limit: number, spec: OipTensorSpec): unknown[] {
  if (!data.some(Array.isArray)) return data as unknown[];
  const flat: unknown[] = [];
  const visit = (values: readonly unknown[]): void => {
    for (const value of values) {
      if (Array.isArray(value)) visit(value);
      else flat.push(value);
    }
    if (flat.length > limit) throw wrongCount(spec, limit, flat.length);
  };
  visit(data);
  return flat;
}

function packWhole(
  spec: OipTensorSpec,
  elements: readonly unknown[],
  target: NumberArray,
  min: number,
  max: number,
): Uint8Array {
  for (const [index, value] of elements.entries()) {
    if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
      throw wrongElement(spec, `a whole number from ${min} to ${max}`, value);
    }
    target[index] = value as number;
  }
  return asBytes(target);
}

function packFloat(
  spec: OipTensorSpec,
  elements: readonly unknown[],
  target: NumberArray,
): Uint8Array {
  for (const [index, value] of elements.entries()) {
    if (typeof value !== 'number') throw wrongElement(spec, 'a number', value);
    target[index] = value;
    // A number that fits JSON but not 32 bits would become infinity.
    if (!Number.isFinite(target[index])) throw wrongElement(spec, 'a number in its range', value);
  }
  return asBytes(target);
}

function toBigInt(spec: OipTensorSpec, value: unknown): bigint {
  if (!Number.isSafeInteger(value)) {
    throw wrongElement(spec, 'a whole number within 2^53 (larger ones go as binary data)', value);
  }
  return BigInt(value as number);
}

function asBytes({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function formatFloats(name: string, values: Float32Array | Float64Array): string {
  if (!values.every((value) => Number.isFinite(value))) {
    throw new CtError(
      'CT_BAD_REQUEST',
      `Expected "${name}" to be requested as binary data: it holds NaN or infinity`,
    );
  }
  return `[${values.join(',')}]`;
}

/** IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16: the upper half of an IEEE 754 binary32. */
function brainToNumber(bits: number): number {
  return new Float32Array(Uint32Array.of(bits << 16).buffer)[0]!;
}

function formatStrings(name: string, data: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const texts: string[] = [];
  try {
    for (let offset = 0; offset < data.length;) {
      const end = offset + 4 + view.getUint32(offset, true);
      texts.push(JSON.stringify(decoder.decode(data.subarray(offset + 4, end))));
      offset = end;
    }
  } catch (cause) {
    const message = `Expected "${name}" to be requested as binary data: it is not UTF-8`;
    throw new CtError('CT_BAD_REQUEST', message, { cause });
  }
  return `[${texts.join(',')}]`;
}

function wrongCount({ name, shape }: OipTensorSpec, expected: number, got: number): CtError {
  return new CtError(
    'CT_BAD_REQUEST',
    `Expected ${expected} elements for "${name}" of shape [${shape.join(', ')}], got ${got}${got > expected ? ' or more' : ''}`,
  );
}

function wrongElement(spec: OipTensorSpec, expected: string, got: unknown): CtError {
  const shown = JSON.stringify(got).slice(0, 40);
  return new CtError(
    'CT_BAD_REQUEST',
    `Expected ${expected} in "${spec.name}" of ${spec.datatype}, got ${shown}`,
  );
}
